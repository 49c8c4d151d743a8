package io.tallyflow.connectors.iceberg.table;

import io.tallyflow.schemas.commit.CommitName;
import java.util.Map;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;
import org.jspecify.annotations.Nullable;

/**
 * What the stream notes in the summary of each of its snapshots. The keys are a public contract.
 *
 * @param position of the batch that the table stands at
 * @param previous name of the batch that the table stood at before
 * @param settledUntilMillis windows that end here or before are in {@code usage}; {@link
 *     Long#MIN_VALUE} if none are
 * @param rewoundTo what the table was taken back to by this snapshot, before it got the batch; null
 *     if nothing was taken back
 */
public record SnapshotNote(
        Position position,
        CommitName previous,
        long settledUntilMillis,
        @Nullable Position rewoundTo) {

    private static final String COMMIT = "tallyflow.commit";
    private static final String PREVIOUS = "tallyflow.previous";
    private static final String CHECKPOINT = "tallyflow.checkpoint";
    private static final String EPOCH = "tallyflow.epoch";
    private static final String SETTLED_UNTIL = "tallyflow.settled-until-ms";
    private static final String REWIND = "tallyflow.rewind";
    private static final String PIPELINE = "tallyflow.pipeline";

    /** What a table without any batch stands at. */
    public static final SnapshotNote NONE =
            new SnapshotNote(Position.NONE, CommitName.NONE, Long.MIN_VALUE, null);

    /** Name of the batch that the table stands at. */
    public CommitName commit() {
        return position.commit();
    }

    /** Counts rewinds. */
    public long epoch() {
        return position.epoch();
    }

    /** The note of a snapshot, or null if somebody else made it. */
    public static @Nullable SnapshotNote of(Snapshot snapshot) {
        Map<String, String> summary = snapshot.summary();
        String commit = summary.get(COMMIT);
        if (commit == null) {
            return null;
        }
        String rewoundTo = summary.get(REWIND);
        return new SnapshotNote(
                new Position(
                        CommitName.parse(commit), Long.parseLong(summary.getOrDefault(EPOCH, "0"))),
                CommitName.parse(summary.getOrDefault(PREVIOUS, CommitName.NONE.toString())),
                Long.parseLong(summary.getOrDefault(SETTLED_UNTIL, Long.toString(Long.MIN_VALUE))),
                rewoundTo == null ? null : Position.parse(rewoundTo));
    }

    /** The pipeline that made a snapshot, or null if somebody else did. */
    static @Nullable String pipelineOf(Snapshot snapshot) {
        return snapshot.summary().get(PIPELINE);
    }

    public void writeTo(SnapshotUpdate<?> update, String pipeline) {
        update.set(COMMIT, commit().toString());
        update.set(PREVIOUS, previous.toString());
        update.set(CHECKPOINT, Long.toString(commit().checkpoint()));
        update.set(EPOCH, Long.toString(epoch()));
        update.set(SETTLED_UNTIL, Long.toString(settledUntilMillis));
        update.set(PIPELINE, pipeline);
        if (rewoundTo != null) {
            update.set(REWIND, rewoundTo.toString());
        }
    }
}
