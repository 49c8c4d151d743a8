package io.tallyflow.operations.run;

import io.tallyflow.connectors.iceberg.table.RowsOfFile;
import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.operations.counting.EventColumns;
import io.tallyflow.operations.counting.Passes;
import io.tallyflow.operations.counting.RowsOfCells;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.counting.Share;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.voids.VoidedEvents;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.usage.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import org.apache.iceberg.StructLike;

/**
 * Counts the events of one day for one version, with all workers side by side: each reads files of
 * its own, and writes the cells of some subjects. What does not fit into memory is left to further
 * passes over the day, each of a share of the subjects and windows.
 */
final class CountDay {

    private final MeterVersion version;
    private final String layer;
    private final int shard;
    private final RunLimits limits;
    private final Workers workers;
    private final List<? extends Writer> writers;
    private final Passes<CountedCells> passes;

    /** Takes the rows that one worker has made. */
    @FunctionalInterface
    interface Writer {
        void write(Rows rows) throws Exception;
    }

    /**
     * @param layer name of the one that rows are of
     * @param shard that they bear
     * @param writers one for each worker
     */
    CountDay(
            MeterVersion version,
            String layer,
            int shard,
            RunLimits limits,
            Workers workers,
            List<? extends Writer> writers,
            RunListener listener) {
        this.version = version;
        this.layer = layer;
        this.shard = shard;
        this.limits = limits;
        this.workers = workers;
        this.writers = writers;
        String large =
                version.meter().aggregation().keepsValues() ? "the distinct values" : "the groups";
        this.passes =
                new Passes<>(
                        limits,
                        workers,
                        listener,
                        large + " of one subject in one window of " + version.name());
    }

    /**
     * The columns that are read of events.
     *
     * @param voided events that are left out
     */
    EventColumns columns(VoidedEvents voided) {
        return new EventColumns(List.of(version.meter()), voided);
    }

    /** What a day came to. */
    record Counted(long events, long windows) {}

    /**
     * Counts a day.
     *
     * @param parts of its files, with the columns
     * @throws RequestFailedException if memory does not hold one subject's window
     */
    Counted count(List<RowsOfFile> parts, EventColumns columns) throws Exception {
        LongAdder events = new LongAdder();
        LongAdder windows = new LongAdder();
        passes.run(
                parts,
                () -> new Counting(columns),
                (counted, share) -> write(counted, events, windows));
        return new Counted(events.sum(), windows.sum());
    }

    /** One worker in one pass. */
    private final class Counting implements Passes.Counting<CountedCells> {
        private final EventColumns columns;
        private final MeterReader reader = new MeterReader(List.of(version));
        private final CountedCells cells = new CountedCells(workers.many());

        Counting(EventColumns columns) {
            this.columns = columns;
        }

        @Override
        public CountedCells counted() {
            return cells;
        }

        @Override
        public void add(StructLike row, Share share) {
            UsageEvent event = columns.event(row);
            if (event == null) {
                return;
            }
            for (Reading reading : reader.read(event).readings()) {
                SubjectWindow window =
                        new SubjectWindow(
                                event.subject(),
                                reading.windowStartMillis(),
                                reading.windowEndMillis());
                if (share.holds(window.hashCode())) {
                    cells.add(window, reading, event);
                }
            }
        }
    }

    private void write(List<CountedCells> all, LongAdder events, LongAdder windows)
            throws Exception {
        List<Callable<Boolean>> writing = new ArrayList<>();
        for (int i = 0; i < workers.many(); i++) {
            int division = i;
            writing.add(() -> write(all, division, events, windows));
        }
        workers.all(writing);
    }

    private boolean write(List<CountedCells> all, int division, LongAdder events, LongAdder windows)
            throws Exception {
        Writer writer = writers.get(division);
        RowsOfCells rows =
                new RowsOfCells(version, layer, shard, limits.mostGroups(), writer::write);
        rows.send(CountedCells.merged(all, division));
        events.add(rows.events());
        windows.add(rows.windows());
        return true;
    }
}
