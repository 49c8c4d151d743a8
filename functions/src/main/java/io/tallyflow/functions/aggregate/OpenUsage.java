package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.measure.UsagePartial;
import java.util.List;

/**
 * What the open windows of one meter hold, of those of one key.
 *
 * @param windowStarts of the windows, milliseconds since the epoch, UTC, ascending
 * @param subjects how many different ones have a cell
 * @param cells of all windows
 * @param total all cells together
 * @param distinctValues of all cells, each counted in every cell that has it
 */
public record OpenUsage(
        String meter,
        List<Long> windowStarts,
        long subjects,
        long cells,
        UsagePartial total,
        long distinctValues) {}
