package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.progress.Metric;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** What a reader of usage events tells about its partitions. Written by the reader's thread. */
public final class ReaderMetrics {

    private static final Metric WATERMARK_LAG =
            Metric.gauge(
                    "watermarkLagMs",
                    "ms",
                    "wall clock minus the lowest watermark of the reader's partitions; -1 while"
                            + " there is none");

    private static final Metric PARTITIONS =
            Metric.gauge("partitions", "partitions", "that the reader reads");

    private static final Metric IDLE =
            Metric.gauge(
                    "idlePartitions",
                    "partitions",
                    "of these, read to their end for so long that their watermark follows the clock");

    private static final long UNKNOWN = -1;

    private final LongSupplier clock;
    private volatile long watermarkMillis = Long.MIN_VALUE;
    private volatile long partitions;
    private volatile long idle;

    private ReaderMetrics(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * Registers them.
     *
     * @param clock milliseconds since the epoch, UTC
     */
    static ReaderMetrics register(MetricGroup operator, LongSupplier clock) {
        MetricGroup group = operator.addGroup(Metric.GROUP);
        ReaderMetrics metrics = new ReaderMetrics(clock);
        gauge(group, WATERMARK_LAG, metrics::watermarkLagMillis);
        gauge(group, PARTITIONS, () -> metrics.partitions);
        gauge(group, IDLE, () -> metrics.idle);
        return metrics;
    }

    /** Everything that is shown, for the reference. */
    public static List<Metric> reference() {
        return List.of(WATERMARK_LAG, PARTITIONS, IDLE);
    }

    /**
     * Where the partitions stand.
     *
     * @param lowestMillis the lowest of their watermarks; {@link Long#MIN_VALUE} for none
     */
    void stand(long lowestMillis, int partitionCount, int idleCount) {
        watermarkMillis = lowestMillis;
        partitions = partitionCount;
        idle = idleCount;
    }

    private long watermarkLagMillis() {
        long watermark = watermarkMillis;
        return watermark == Long.MIN_VALUE ? UNKNOWN : clock.getAsLong() - watermark;
    }

    private static void gauge(MetricGroup group, Metric metric, LongSupplier value) {
        Gauge<Long> gauge = value::getAsLong;
        group.gauge(metric.name(), gauge);
    }
}
