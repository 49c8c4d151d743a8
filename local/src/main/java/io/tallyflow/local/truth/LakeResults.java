package io.tallyflow.local.truth;

import io.tallyflow.results.lake.LakeCells;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/**
 * What a reader of the Iceberg tables finds, as of one of their commits. Compared with the truth of
 * the whole run, so it must be taken once the lake stands for all of it.
 *
 * @param accepted rows of {@code events}: accepted, metered and unmatched together
 * @param stale rows of {@code stale_events}
 * @param values the value of every meter, subject, group and window that counted something. Numbers
 *     may have any scale; the group text is the canonical one of {@link WrittenJson}
 */
public record LakeResults(long accepted, long stale, Map<TruthCell, BigDecimal> values) {

    /** The same, in the demo's words. */
    public static LakeResults of(LakeCells cells) {
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
        return new LakeResults(cells.accepted(), cells.stale(), values);
    }
}
