package io.tallyflow.schemas.usage;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import org.jspecify.annotations.Nullable;

/**
 * The last word of a window: what its on-time readings came to.
 *
 * @param distinctValues how many distinct values it holds; 0 unless the meter counts them
 * @param aggregation of the meter; null if nobody knows it any more
 */
public record SettledUsage(
        UsageCell cell,
        UsagePartial partial,
        long distinctValues,
        @Nullable Aggregation aggregation) {}
