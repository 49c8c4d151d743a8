package io.tallyflow.results.lake;

import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.usage.UsageCell;
import org.jspecify.annotations.Nullable;

/**
 * A part of what a cell comes to. All parts of a cell together, in any order, are its usage.
 *
 * @param partial what the meter's aggregation needs, at least
 * @param distinct text of a value that a UNIQUE_COUNT meter has seen, perhaps not for the first
 *     time; null for all other meters
 */
record LakePart(UsageCell cell, UsagePartial partial, @Nullable String distinct) {}
