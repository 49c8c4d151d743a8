package io.tallyflow.operations.reconcile;

import io.tallyflow.connectors.iceberg.table.EventRow;
import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.operations.counting.Passes;
import io.tallyflow.operations.counting.Share;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.operations.patch.PatchUnit;
import io.tallyflow.results.voids.VoidedEvents;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.usage.Reading;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.StructLike;

/** Counts the events of a day by all versions. One worker in one pass. */
final class CountingDay implements Passes.Counting<CountedDay> {

    private final ComparedVersions versions;
    private final VoidedEvents voided;
    private final WindowRange range;
    private final MeterReader reader;
    private final CountedDay counted;

    /**
     * @param voided events that no total includes
     * @param range of the windows that are counted
     */
    CountingDay(ComparedVersions versions, VoidedEvents voided, WindowRange range) {
        this.versions = versions;
        this.voided = voided;
        this.range = range;
        this.reader = versions.reader();
        this.counted = CountedDay.begin(voided.isEmpty() && !versions.haveRuns(range));
    }

    @Override
    public CountedDay counted() {
        return counted;
    }

    @Override
    public void add(StructLike row, Share share) {
        long timeMillis = TimeUnit.MICROSECONDS.toMillis(EventRow.timeMicros(row));
        SubjectWindow unit = PatchUnit.keyOf(EventRow.subject(row), timeMillis);
        if (!share.holds(unit.hashCode())) {
            return;
        }
        boolean counts = !voided.holds(unit.subject(), EventRow.source(row), EventRow.id(row));
        long definitions = EventRow.definitions(row);
        UsageEvent event = EventRow.event(row);
        for (Reading reading : reader.read(event).readings()) {
            CountedVersion version = versions.named(reading.meter());
            if (range.holds(reading.windowStartMillis())) {
                if (counts && version.includes(timeMillis, definitions)) {
                    counted.shown().add(unit, version.layer(), reading, event);
                }
                if (!counted.isAlike() && definitions >= version.request()) {
                    counted.streamed().add(unit, version.layer(), reading, event);
                }
            }
        }
    }
}
