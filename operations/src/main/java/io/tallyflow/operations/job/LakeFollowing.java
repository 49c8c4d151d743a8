package io.tallyflow.operations.job;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.operations.cluster.Deadline;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.RequestFailedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Sees the lake follow a start of the job: all its tables hold one further batch. */
final class LakeFollowing {

    private final LakeOptions options;
    private final LakeView before;

    private LakeFollowing(LakeOptions options, LakeView before) {
        this.options = options;
        this.before = before;
    }

    /**
     * Looks where the lake stands.
     *
     * @throws RequestFailedException if it does not answer
     */
    static LakeFollowing of(LakeOptions options) {
        try {
            return new LakeFollowing(options, view(options));
        } catch (IOException | RuntimeException e) {
            throw new RequestFailedException("the lake cannot be asked: " + FirstCause.of(e), e);
        }
    }

    /** Waits for a batch after that and says so. */
    void await(Deadline end, StepListener progress) {
        LakeView followed = end.await(this::later);
        progress.done(
                "lake",
                followed == null
                        ? "not yet: it follows with the job's next batch"
                        : "checkpoint " + followed.batch().checkpoint());
    }

    /** While a catalog is away there is nothing to be seen; the job waits for it, too. */
    private @Nullable LakeView later() {
        try {
            LakeView now = view(options);
            return now.isLaterThan(before) ? now : null;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    private static LakeView view(LakeOptions options) throws IOException {
        try (Lake lake = Lake.open(options)) {
            return LakeView.of(lake);
        }
    }
}
