package io.tallyflow.results.status;

import io.tallyflow.schemas.progress.LaneCounts;
import java.time.Instant;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger says of one pipeline.
 *
 * @param ageSeconds of the last commit by the clock of the server; null if it is not known
 * @param watermark null before the first one
 * @param offsets next offset to be read, by partition
 */
public record PipelineStatus(
        String pipeline,
        long epoch,
        long commit,
        long checkpoint,
        @Nullable Long ageSeconds,
        @Nullable Instant watermark,
        SortedMap<Integer, Long> offsets,
        LaneCounts counts) {}
