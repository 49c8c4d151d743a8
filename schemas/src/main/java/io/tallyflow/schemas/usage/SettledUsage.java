package io.tallyflow.schemas.usage;

import io.tallyflow.schemas.measure.UsagePartial;

/**
 * The last word of a window: what its on-time readings came to.
 *
 * @param distinctValues how many distinct values it holds; 0 unless the meter counts them
 */
public record SettledUsage(UsageCell cell, UsagePartial partial, long distinctValues) {}
