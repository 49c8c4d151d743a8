package io.tallyflow.operations.run;

import io.tallyflow.operations.counting.CountedCell;
import io.tallyflow.operations.counting.Passes;
import io.tallyflow.operations.counting.Share;
import io.tallyflow.operations.run.Preview.Row;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What one worker has counted of subjects by two definitions. */
final class PreviewedTotals implements Passes.Counted {

    private final CountedCells proposed;
    private final CountedCells inForce;

    PreviewedTotals(int divisions) {
        this.proposed = new CountedCells(divisions);
        this.inForce = new CountedCells(divisions);
    }

    CountedCells proposed() {
        return proposed;
    }

    CountedCells inForce() {
        return inForce;
    }

    @Override
    public long bytes() {
        return proposed.bytes() + inForce.bytes();
    }

    @Override
    public void keep(Share share) {
        proposed.keep(share);
        inForce.keep(share);
    }

    /**
     * What all workers have counted.
     *
     * @param inForce versions of one aggregation; none if no meter is
     * @param rows gets one for each subject
     */
    static void rows(
            List<PreviewedTotals> all,
            Meter proposed,
            List<MeterVersion> inForce,
            Map<String, Row> rows) {
        Map<String, BigDecimal> now =
                inForce.isEmpty()
                        ? Map.of()
                        : values(all, PreviewedTotals::inForce, inForce.get(0).meter());
        Map<String, BigDecimal> then = values(all, PreviewedTotals::proposed, proposed);
        now.forEach((subject, value) -> rows.put(subject, new Row(subject, null, value)));
        then.forEach(
                (subject, value) -> rows.put(subject, new Row(subject, value, now.get(subject))));
    }

    private static Map<String, BigDecimal> values(
            List<PreviewedTotals> all, Function<PreviewedTotals, CountedCells> side, Meter meter) {
        List<CountedCells> cells = all.stream().map(side).toList();
        Map<String, BigDecimal> values = new HashMap<>();
        for (int division = 0; division < cells.get(0).divisions(); division++) {
            CountedCells.merged(cells, division)
                    .forEach(
                            (whole, counted) -> {
                                BigDecimal value = value(counted.cell(GroupText.NONE), meter);
                                if (value != null) {
                                    values.put(whole.subject(), value);
                                }
                            });
        }
        return values;
    }

    private static @Nullable BigDecimal value(CountedCell cell, Meter meter) {
        return meter.aggregation().valueOf(cell.partial(meter.aggregation()), cell.values().size());
    }
}
