package io.tallyflow.cli;

import io.tallyflow.cli.cluster.Deadline;
import io.tallyflow.connectors.iceberg.Lake;
import io.tallyflow.connectors.iceberg.LakeOptions;
import io.tallyflow.connectors.iceberg.LakeTable;
import io.tallyflow.connectors.iceberg.LakeView;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.io.PrintWriter;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.jspecify.annotations.Nullable;

/** Sees the lake follow a start of the job: all its tables hold one further batch. */
final class LakeFollowing {

    private static final Standing NOWHERE = new Standing(CommitName.NONE, -1);

    private final @Nullable LakeOptions options;
    private final Standing before;

    /**
     * Where the lake stands.
     *
     * @param batch the newest that all tables hold
     * @param sequence number of the snapshot that it came with: later ones have higher ones
     */
    private record Standing(CommitName batch, long sequence) {

        boolean isAfter(Standing other) {
            return sequence > other.sequence && !batch.equals(other.batch);
        }
    }

    private LakeFollowing(@Nullable LakeOptions options, Standing before) {
        this.options = options;
        this.before = before;
    }

    /**
     * Looks where the lake stands before the start.
     *
     * @param options null for a job without a lake
     * @throws CommandFailure if the lake does not answer
     */
    static LakeFollowing of(@Nullable LakeOptions options) {
        return new LakeFollowing(options, options == null ? NOWHERE : newest(options));
    }

    /** Waits for a batch of the start and says so. */
    void await(Deadline end, PrintWriter out) {
        LakeOptions lake = options;
        if (lake == null) {
            return;
        }
        Standing followed = end.await(() -> afterwards(lake));
        Console.say(
                out,
                "lake",
                followed == null
                        ? "not yet: it follows with the job's next batch"
                        : "checkpoint " + followed.batch().checkpoint());
    }

    /** While tables go back one by one, or a catalog is away, there is nothing to be seen. */
    private @Nullable Standing afterwards(LakeOptions lake) {
        try {
            Standing now = common(lake);
            return now.isAfter(before) ? now : null;
        } catch (CommandFailure e) {
            return null;
        }
    }

    /** Of the table that gets every batch last. */
    private static Standing newest(LakeOptions options) {
        return ask(
                options,
                lake -> {
                    var table = lake.table(LakeTable.EVENTS);
                    var current = table.currentSnapshot();
                    return current == null
                            ? NOWHERE
                            : new Standing(LakeView.of(lake).batch(), current.sequenceNumber());
                });
    }

    private static Standing common(LakeOptions options) {
        return ask(
                options,
                lake -> {
                    LakeView view = LakeView.of(lake);
                    Long snapshot = view.snapshotId(LakeTable.EVENTS);
                    return snapshot == null
                            ? NOWHERE
                            : new Standing(
                                    view.batch(),
                                    lake.table(LakeTable.EVENTS)
                                            .snapshot(snapshot)
                                            .sequenceNumber());
                });
    }

    private interface Question {
        Standing put(Lake lake);
    }

    private static Standing ask(LakeOptions options, Question question) {
        try (Lake lake = Lake.open(options)) {
            return question.put(lake);
        } catch (NoSuchTableException e) {
            return NOWHERE;
        } catch (IOException | RuntimeException e) {
            throw new CommandFailure("the lake cannot be asked: " + e.getMessage(), e);
        }
    }
}
