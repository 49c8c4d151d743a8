package io.tallyflow.local.truth;

import io.tallyflow.results.lake.LakeCells;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/** What the demo compares of a lake. */
public record LakeSeen(long accepted, long stale, Map<TruthCell, BigDecimal> values)
        implements SeenInLake {

    /** The same, in the demo's words. */
    public static LakeSeen of(LakeCells cells) {
        Map<TruthCell, BigDecimal> values = new HashMap<>();
        cells.values()
                .forEach(
                        (cell, value) ->
                                values.put(
                                        new TruthCell(
                                                cell.meter(),
                                                cell.subject(),
                                                cell.group(),
                                                cell.windowStartMillis()),
                                        value));
        return new LakeSeen(cells.accepted(), cells.stale(), values);
    }
}
