package io.tallyflow.functions.memory;

import io.tallyflow.schemas.progress.Metric;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** How full an operator's working memory is, as of the last barrier. */
public final class MemoryMetrics {

    private static final Metric IDENTITIES =
            Metric.gauge(
                    "identityBytes",
                    "bytes",
                    "of heap that recent identities and the filters of older ones take");

    private static final Metric FILTER_READS =
            Metric.gauge(
                    "filterReads",
                    "filters",
                    "of older identities that were read from state, since the task started");

    private static final Metric WINDOWS =
            Metric.gauge("openWindowBytes", "bytes", "of heap that open windows take, about");

    private static final Metric OPEN =
            Metric.gauge("openWindows", "windows", "open, counted once per key of the stream");

    private static final Metric RELEASED =
            Metric.gauge(
                    "releasedWindows",
                    "windows",
                    "that had no room in memory and went into state, since the task started");

    private volatile long bytes;
    private volatile long filterReads;
    private volatile long openWindows;
    private volatile long releasedWindows;

    private MemoryMetrics() {}

    /** Of the operator that knows earlier events. */
    public static MemoryMetrics ofIdentities(MetricGroup operator) {
        MemoryMetrics metrics = new MemoryMetrics();
        register(operator, IDENTITIES, () -> metrics.bytes);
        register(operator, FILTER_READS, () -> metrics.filterReads);
        return metrics;
    }

    /** Of the operator that adds readings up. */
    public static MemoryMetrics ofWindows(MetricGroup operator) {
        MemoryMetrics metrics = new MemoryMetrics();
        register(operator, WINDOWS, () -> metrics.bytes);
        register(operator, OPEN, () -> metrics.openWindows);
        register(operator, RELEASED, () -> metrics.releasedWindows);
        return metrics;
    }

    /** Everything that is measured, for the reference. */
    public static List<Metric> reference() {
        return List.of(IDENTITIES, FILTER_READS, WINDOWS, OPEN, RELEASED);
    }

    /** Bytes of heap. */
    public void bytes(long now) {
        bytes = now;
    }

    /** How many filters were read from state. */
    public void filterReads(long sinceStart) {
        filterReads = sinceStart;
    }

    /** How many windows are open, and how many were released. */
    public void windows(long open, long released) {
        openWindows = open;
        releasedWindows = released;
    }

    private static void register(MetricGroup operator, Metric metric, LongSupplier value) {
        Gauge<Long> gauge = value::getAsLong;
        operator.addGroup(Metric.GROUP).gauge(metric.name(), gauge);
    }
}
