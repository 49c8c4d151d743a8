package io.tallyflow.connectors.postgres.run;

import io.tallyflow.schemas.meter.LayerName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run under way.
 *
 * @param run its number
 * @param layer number of the layer that its rows are of
 * @param counts what it counts
 * @param doneUntil windows that start before it are counted; null if none are
 */
public record CountingRun(
        long run,
        int layer,
        Uncounted counts,
        @Nullable Instant doneUntil,
        long events,
        long windows) {

    private static final int FIRST_SHARD = 1_000_000;

    /** Name of the layer. */
    public String layerName() {
        return LayerName.ofRun(counts.version().meter().slug(), counts.version().version(), run);
    }

    /** What its rows of usage say instead of a shard of the stream, whose cells they name. */
    public int shard() {
        return shardOf(run);
    }

    /** The same of any run or patch. */
    public static int shardOf(long run) {
        return Math.toIntExact(FIRST_SHARD + run);
    }
}
