package io.tallyflow.operations.run;

import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.operations.counting.EventColumns;
import io.tallyflow.operations.counting.Passes;
import io.tallyflow.operations.counting.Share;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.usage.Reading;
import java.util.List;
import org.apache.iceberg.StructLike;

/** Counts events by two definitions, each subject as a whole. One worker in one pass. */
final class CountingPreview implements Passes.Counting<PreviewedTotals> {

    private final MeterReader proposed;
    private final MeterReader inForce;
    private final EventColumns columns;
    private final PreviewedTotals totals;

    /**
     * @param divisions among how many who add up what workers have counted
     */
    CountingPreview(
            List<MeterVersion> proposed,
            List<MeterVersion> inForce,
            EventColumns columns,
            int divisions) {
        this.proposed = new MeterReader(proposed);
        this.inForce = new MeterReader(inForce);
        this.columns = columns;
        this.totals = new PreviewedTotals(divisions);
    }

    @Override
    public PreviewedTotals counted() {
        return totals;
    }

    @Override
    public void add(StructLike row, Share share) {
        UsageEvent event = columns.event(row);
        if (event == null) {
            return;
        }
        SubjectWindow whole = new SubjectWindow(event.subject(), 0, 0);
        if (share.holds(whole.hashCode())) {
            add(whole, event, proposed, totals.proposed());
            add(whole, event, inForce, totals.inForce());
        }
    }

    private static void add(
            SubjectWindow whole, UsageEvent event, MeterReader reader, CountedCells cells) {
        for (Reading reading : reader.read(event).readings()) {
            cells.add(
                    whole,
                    new Reading(
                            reading.meter(),
                            GroupText.NONE,
                            reading.windowStartMillis(),
                            reading.windowEndMillis(),
                            reading.value(),
                            reading.distinct()),
                    event);
        }
    }
}
