package io.tallyflow.connectors.kafka.gauges;

import io.tallyflow.schemas.progress.Metric;
import java.util.Collections;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for numbers at a steady pace and shows them. While nobody answers they stay as they were
 * last; they begin at zero.
 */
public final class GaugesWatch {

    private static final Logger LOG = LoggerFactory.getLogger(GaugesWatch.class);

    private static final long PACE_MILLIS = 10_000;

    private final PolledGauges polled;
    private final SplitEnumeratorContext<?> context;

    /** Written by the enumerator's thread, read by whoever reports. */
    private volatile List<Long> values;

    private boolean isAnswered = true;

    public GaugesWatch(PolledGauges polled, SplitEnumeratorContext<?> context) {
        this.polled = polled;
        this.context = context;
        this.values = Collections.nCopies(polled.gauges().size(), 0L);
    }

    /** Registers the gauges, and asks from now on. */
    public void start() {
        if (values.isEmpty()) {
            return;
        }
        MetricGroup group = context.metricGroup().addGroup(Metric.GROUP);
        for (int i = 0; i < values.size(); i++) {
            int place = i;
            group.gauge(polled.gauges().get(i).name(), (Gauge<Long>) () -> values.get(place));
        }
        context.callAsync(polled::ask, this::heed, 0, PACE_MILLIS);
    }

    private void heed(@Nullable List<Long> asked, @Nullable Throwable failure) {
        if (asked != null) {
            values = asked;
        } else if (isAnswered) {
            LOG.warn("Numbers to be shown cannot be asked for now; the last ones stay", failure);
        }
        isAnswered = asked != null;
    }

    /** The numbers as they stand. */
    List<Long> values() {
        return values;
    }

    /** Asks no more. */
    public void close() {
        polled.close();
    }
}
