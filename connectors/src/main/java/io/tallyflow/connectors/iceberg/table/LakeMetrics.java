package io.tallyflow.connectors.iceberg.table;

import io.tallyflow.schemas.progress.Metric;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** What the lake's operators tell. Each has its own; written by its threads. */
public final class LakeMetrics {

    private static final Metric ROWS = Metric.counter("lakeRows", "rows", "written to data files");

    private static final Metric FILES =
            Metric.counter("lakeFiles", "files", "closed and handed over");

    private static final Metric OPEN =
            Metric.gauge("openLakeFiles", "files", "being written, one per table and day");

    private static final Metric BATCHES =
            Metric.counter("lakeBatches", "batches", "put into the tables, a snapshot in each");

    private static final Metric AGE =
            Metric.gauge(
                    "lakeCommitAgeMs", "ms", "since the last batch was in, or the task started");

    private static final Metric LAST =
            Metric.gauge(
                    "lastLakeCommitMs",
                    "ms",
                    "the last batch took, waiting for the catalog included");

    private static final Metric PENDING =
            Metric.gauge("pendingLakeBatches", "batches", "made and not in the tables yet");

    private static final Metric TROUBLE =
            Metric.gauge(
                    "lakeTroubleMs",
                    "ms",
                    "since when nothing could be put into the tables; 0 while all is well");

    private static final Metric REFUSED =
            Metric.gauge(
                    "lakeRefusedMs",
                    "ms",
                    "since when catalog or store say no: no right, no such table or file");

    private LakeMetrics() {}

    /** Everything that is shown, for the reference. */
    public static List<Metric> reference() {
        return List.of(ROWS, FILES, OPEN, BATCHES, AGE, LAST, PENDING, TROUBLE, REFUSED);
    }

    /** Of a writer. */
    public static final class Writing {
        private final Counter rows;
        private final Counter files;

        public Writing(MetricGroup operator, LongSupplier open) {
            MetricGroup group = operator.addGroup(Metric.GROUP);
            this.rows = group.counter(ROWS.name());
            this.files = group.counter(FILES.name());
            gauge(group, OPEN, open);
        }

        public void row() {
            rows.inc();
        }

        public void handedOver(int count) {
            files.inc(count);
        }
    }

    /** Of the committer. */
    public static final class Committing {
        private final Counter batches;
        private volatile long lastNanos = System.nanoTime();
        private volatile long lastMillis;
        private volatile long pending;

        public Committing(MetricGroup operator, LakeTrouble trouble) {
            MetricGroup group = operator.addGroup(Metric.GROUP);
            this.batches = group.counter(BATCHES.name());
            gauge(group, AGE, () -> millisSince(lastNanos));
            gauge(group, LAST, () -> lastMillis);
            gauge(group, PENDING, () -> pending);
            gauge(group, TROUBLE, trouble::millis);
            gauge(group, REFUSED, trouble::refusedMillis);
        }

        /** A batch is in. */
        public void committed(long startNanos) {
            lastMillis = millisSince(startNanos);
            lastNanos = System.nanoTime();
            batches.inc();
        }

        public void pending(int count) {
            pending = count;
        }

        private static long millisSince(long nanos) {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
        }
    }

    private static void gauge(MetricGroup group, Metric metric, LongSupplier value) {
        Gauge<Long> gauge = value::getAsLong;
        group.gauge(metric.name(), gauge);
    }
}
