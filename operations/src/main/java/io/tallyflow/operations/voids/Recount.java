package io.tallyflow.operations.voids;

import io.tallyflow.connectors.iceberg.table.EventRow;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.iceberg.table.RowsOfFile;
import io.tallyflow.connectors.iceberg.table.SubjectFilter;
import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.operations.counting.CountingListener;
import io.tallyflow.operations.counting.Passes;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.counting.Share;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.operations.patch.PatchUnit;
import io.tallyflow.operations.patch.Recounted;
import io.tallyflow.results.voids.VoidedEvents;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.usage.Reading;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/** Counts the windows of some units of one day again, from all events that still count. */
final class Recount {

    private final LakeView view;
    private final Map<SubjectWindow, PatchUnit> units = new LinkedHashMap<>();
    private final Map<String, CountedVersion> byName = new HashMap<>();
    private final VoidedEvents voided;

    /**
     * @param units at least one, all of one day
     * @param voided events that do not count, of this day
     */
    Recount(LakeView view, List<PatchUnit> units, VoidedEvents voided) {
        this.view = view;
        this.voided = voided;
        for (PatchUnit unit : units) {
            this.units.put(unit.key(), unit);
            unit.windows()
                    .values()
                    .forEach(version -> byName.put(version.version().name(), version));
        }
    }

    /** Takes units of which all was counted. */
    @FunctionalInterface
    interface Receiver {
        void accept(PatchUnit unit, Recounted counted) throws Exception;
    }

    /** Counts, and hands over each unit once. */
    void run(RunLimits limits, Workers workers, Receiver receiver) throws Exception {
        List<RowsOfFile> parts = view.parts(LakeTable.EVENTS, filter(), EventRow.COLUMNS);
        new Passes<Recounted>(
                        limits,
                        workers,
                        new CountingListener() {},
                        "the windows of one subject on one day")
                .run(parts, Counting::new, (counted, share) -> hand(counted, share, receiver));
    }

    private void hand(List<Recounted> counted, Share share, Receiver receiver) throws Exception {
        Recounted merged = Recounted.merged(counted);
        for (PatchUnit unit : units.values()) {
            if (share.holds(unit.key().hashCode())) {
                receiver.accept(unit, merged);
            }
        }
    }

    private Expression filter() {
        SubjectWindow any = units.keySet().iterator().next();
        Set<String> types =
                byName.values().stream()
                        .map(version -> version.version().meter().eventType())
                        .collect(Collectors.toSet());
        Set<String> subjects =
                units.keySet().stream().map(SubjectWindow::subject).collect(Collectors.toSet());
        return Expressions.and(
                Expressions.in("type", types.toArray()),
                SubjectFilter.of(subjects),
                Expressions.greaterThanOrEqual(
                        "time", TimeUnit.MILLISECONDS.toMicros(any.startMillis())),
                Expressions.lessThan("time", TimeUnit.MILLISECONDS.toMicros(any.endMillis())));
    }

    /** One worker in one pass. */
    private final class Counting implements Passes.Counting<Recounted> {
        private final MeterReader reader =
                new MeterReader(
                        byName.values().stream()
                                .map(CountedVersion::version)
                                .sorted(Comparator.comparing(MeterVersion::name))
                                .toList());
        private final Recounted recounted = new Recounted();

        @Override
        public Recounted counted() {
            return recounted;
        }

        @Override
        public void add(StructLike row, Share share) {
            long timeMillis = TimeUnit.MICROSECONDS.toMillis(EventRow.timeMicros(row));
            PatchUnit unit = units.get(PatchUnit.keyOf(EventRow.subject(row), timeMillis));
            if (unit == null
                    || !share.holds(unit.key().hashCode())
                    || voided.holds(unit.key().subject(), EventRow.source(row), EventRow.id(row))) {
                return;
            }
            long definitions = EventRow.definitions(row);
            UsageEvent event = EventRow.event(row);
            for (Reading reading : reader.read(event).readings()) {
                CountedVersion version = byName.get(reading.meter());
                if (version != null
                        && version.includes(timeMillis, definitions)
                        && unit.holds(version, reading.windowStartMillis())) {
                    recounted.add(unit.key(), version.layer(), reading, event);
                }
            }
        }
    }
}
