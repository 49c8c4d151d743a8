package io.tallyflow.operations.run;

import io.tallyflow.connectors.iceberg.table.RowsOfFile;
import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.usage.Reading;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Counts the events of one day for one version, with all workers side by side: each reads files of
 * its own, and writes the cells of some subjects. What does not fit into memory is left to further
 * passes over the day, each of a share of the subjects and windows.
 */
final class CountDay {

    /** How often a worker looks at its memory and tells how far it is. */
    private static final int EVENTS_BETWEEN_LOOKS = 4096;

    private final MeterVersion version;
    private final String layer;
    private final int shard;
    private final RunLimits limits;
    private final ExecutorService workers;
    private final List<? extends Writer> writers;
    private final RunListener listener;
    private final EventColumns columns;

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
            ExecutorService workers,
            List<? extends Writer> writers,
            RunListener listener) {
        this.version = version;
        this.layer = layer;
        this.shard = shard;
        this.limits = limits;
        this.workers = workers;
        this.writers = writers;
        this.listener = listener;
        this.columns = new EventColumns(version.meter().eventType(), version.meter().aggregation());
    }

    /** The columns that are read of events. */
    List<String> columns() {
        return columns.names();
    }

    /** What a day came to. */
    record Counted(long events, long windows) {}

    /**
     * Counts a day.
     *
     * @param parts of its files, with {@link #columns}
     * @throws RequestFailedException if memory does not hold one subject's window
     */
    Counted count(List<RowsOfFile> parts) throws Exception {
        LongAdder events = new LongAdder();
        LongAdder windows = new LongAdder();
        Deque<Share> left = new ArrayDeque<>(List.of(Share.ALL));
        boolean first = true;
        while (!left.isEmpty()) {
            Share begun = left.pop();
            CommonShare share = new CommonShare(begun);
            Queue<RowsOfFile> queue = new ConcurrentLinkedQueue<>(parts);
            RunListener heard = first ? listener : new RunListener() {};
            List<Callable<CountedCells>> counting = new ArrayList<>();
            for (int i = 0; i < limits.workers(); i++) {
                counting.add(() -> count(queue, share, heard));
            }
            List<CountedCells> cells = all(counting);
            if (!share.now().equals(begun)) {
                // Those that had ended before it became smaller.
                cells.forEach(one -> one.keep(share.now()));
            }
            for (Share one = share.now(); one.bits() > begun.bits(); one = parent(one)) {
                left.push(parent(one).otherHalf());
            }
            List<Callable<Boolean>> writing = new ArrayList<>();
            for (int i = 0; i < limits.workers(); i++) {
                int division = i;
                writing.add(() -> write(cells, division, events, windows));
            }
            all(writing);
            first = false;
        }
        return new Counted(events.sum(), windows.sum());
    }

    private static Share parent(Share half) {
        return new Share(half.bits() - 1, half.value());
    }

    private CountedCells count(Queue<RowsOfFile> parts, CommonShare share, RunListener heard)
            throws Exception {
        Counting counting = new Counting(share);
        for (RowsOfFile part = parts.poll(); part != null; part = parts.poll()) {
            int read = 0;
            try (CloseableIterable<StructLike> rows = part.read()) {
                for (StructLike row : rows) {
                    counting.add(columns.event(row));
                    if (++read % EVENTS_BETWEEN_LOOKS == 0) {
                        counting.fit();
                        heard.reads(EVENTS_BETWEEN_LOOKS);
                        if (Thread.interrupted()) {
                            throw new InterruptedException();
                        }
                    }
                }
            }
            counting.fit();
            heard.reads(read % EVENTS_BETWEEN_LOOKS);
        }
        return counting.cells;
    }

    /** What one worker has counted in one pass. */
    private final class Counting {
        private final MeterReader reader = new MeterReader(List.of(version));
        private final CommonShare share;
        private final CountedCells cells = new CountedCells(limits.workers());
        private Share kept;

        Counting(CommonShare share) {
            this.share = share;
            this.kept = share.now();
        }

        void add(UsageEvent event) {
            for (Reading reading : reader.read(event).readings()) {
                SubjectWindow window =
                        new SubjectWindow(
                                event.subject(),
                                reading.windowStartMillis(),
                                reading.windowEndMillis());
                if (kept.holds(window.hashCode())) {
                    cells.add(window, reading, event);
                }
            }
        }

        /** Leaves half of the share to another pass if memory is too small. */
        void fit() {
            keep(share.now());
            while (cells.bytes() > limits.memoryBytes() / limits.workers()) {
                if (!kept.canBeHalved()) {
                    throw new RequestFailedException(
                            "%s of one subject in one window of %s do not fit into the %d MiB that a"
                                            .formatted(
                                                    version.meter().aggregation().keepsValues()
                                                            ? "the distinct values"
                                                            : "the groups",
                                                    version.name(),
                                                    limits.memoryBytes() >> 20)
                                    + " run may take: give it more with"
                                    + " TALLYFLOW_JAVA_OPTS=-Xmx8g");
                }
                share.halve(kept);
                keep(share.now());
            }
        }

        private void keep(Share now) {
            if (!now.equals(kept)) {
                kept = now;
                cells.keep(now);
            }
        }
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

    private <T> List<T> all(List<Callable<T>> tasks) throws Exception {
        List<Future<T>> futures = new ArrayList<>();
        tasks.forEach(task -> futures.add(workers.submit(task)));
        List<T> results = new ArrayList<>();
        try {
            for (Future<T> future : futures) {
                results.add(future.get());
            }
        } catch (ExecutionException e) {
            futures.forEach(future -> future.cancel(true));
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
        return results;
    }
}
