package io.tallyflow.cli.servers;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.voids.Correction;
import io.tallyflow.operations.voids.Correction.Outcome;
import io.tallyflow.results.PostgresAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies voids while {@code up} runs, as soon as the lake allows. On a thread of its own, with
 * little of the heap, because the job runs beside it.
 */
final class VoidWatch {

    private static final Logger LOG = LoggerFactory.getLogger(VoidWatch.class);
    private static final int SHARE_OF_HEAP = 8;

    private final Supplier<Correction> corrections;
    private @Nullable Correction correction;
    private boolean failed;

    /**
     * @param corrections connects to the lake
     */
    VoidWatch(Supplier<Correction> corrections) {
        this.corrections = corrections;
    }

    static VoidWatch of(PostgresAddress postgres, LakeOptions lake) {
        RunLimits limits =
                new RunLimits(
                        1, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP, RunLimits.MOST_GROUPS);
        return new VoidWatch(() -> Correction.of(postgres, lake, limits));
    }

    /**
     * Looks again and again, until the result is closed.
     *
     * @param pace how often
     */
    BackgroundThread start(Duration pace) {
        return BackgroundThread.start("voids", this::look, pace);
    }

    /** What fails is tried again the next time; said once, and not of who was ended. */
    void look() {
        try {
            Correction open = correction;
            if (open == null) {
                open = corrections.get();
                correction = open;
            }
            Outcome outcome = open.runIfNeeded();
            if (outcome != null && outcome.applied() > 0) {
                LOG.info("{} voids applied by runs {}", outcome.applied(), outcome.patches());
            }
            failed = false;
        } catch (RuntimeException e) {
            if (!failed && !Thread.currentThread().isInterrupted()) {
                LOG.warn("Voids cannot be applied, and are tried again: {}", e.getMessage(), e);
            }
            failed = true;
            forget();
        }
    }

    private void forget() {
        Correction open = correction;
        correction = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("The lake was not closed", e);
            }
        }
    }
}
