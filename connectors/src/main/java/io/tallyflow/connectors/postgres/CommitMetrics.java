package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.session.Outage;
import io.tallyflow.schemas.progress.Metric;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/** What the committer tells about its commits. Written by the task's thread. */
public final class CommitMetrics {

    private static final Metric COMMITS =
            Metric.counter("commits", "commits", "made in Postgres, one per checkpoint");

    private static final Metric ROWS =
            Metric.counter("commitRows", "rows", "usage rows and adjustments written by them");

    private static final Metric AGE =
            Metric.gauge("commitAgeMs", "ms", "since the last commit, or since the task started");

    private static final Metric LAST =
            Metric.gauge(
                    "lastCommitMs", "ms", "the last commit took, waiting for Postgres included");

    private static final Metric DURATION =
            Metric.histogram("commitDurationMs", "ms", "that the newest 256 commits took");

    private static final Metric RETRIES =
            Metric.counter("commitRetries", "attempts", "that failed and were made again");

    private static final Metric UNAVAILABLE =
            Metric.gauge(
                    "postgresUnavailableMs",
                    "ms",
                    "since attempts began to fail; 0 while Postgres does its part");

    private static final int REMEMBERED = 256;

    private final LongSupplier nanoTime;
    private final Counter commits;
    private final Counter rows;
    private final Histogram durations;
    private final Outage outage;
    private volatile long lastCommitNanos;
    private volatile long lastDurationMillis;

    private CommitMetrics(MetricGroup group, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastCommitNanos = nanoTime.getAsLong();
        this.commits = group.counter(COMMITS.name());
        this.rows = group.counter(ROWS.name());
        this.durations =
                group.histogram(DURATION.name(), new DescriptiveStatisticsHistogram(REMEMBERED));
        this.outage = new Outage(group.counter(RETRIES.name()), nanoTime);
    }

    /**
     * Registers them.
     *
     * @param nanoTime a clock that only goes forward
     */
    static CommitMetrics register(MetricGroup operator, LongSupplier nanoTime) {
        MetricGroup group = operator.addGroup(Metric.GROUP);
        CommitMetrics metrics = new CommitMetrics(group, nanoTime);
        gauge(group, AGE, metrics::ageMillis);
        gauge(group, LAST, () -> metrics.lastDurationMillis);
        gauge(group, UNAVAILABLE, metrics.outage::millis);
        return metrics;
    }

    /** Of a committer that is never given anything: its age would only grow. */
    static CommitMetrics unregistered() {
        return new CommitMetrics(new UnregisteredMetricsGroup(), System::nanoTime);
    }

    /** Everything that is shown, for the reference. */
    public static List<Metric> reference() {
        return List.of(COMMITS, ROWS, AGE, LAST, DURATION, RETRIES, UNAVAILABLE);
    }

    /** Where trouble is noted. */
    Outage outage() {
        return outage;
    }

    /** The clock that commits are timed with. */
    long now() {
        return nanoTime.getAsLong();
    }

    /**
     * A commit is done.
     *
     * @param startNanos {@link #now} before its first attempt
     */
    void committed(long rowCount, long startNanos) {
        long endNanos = nanoTime.getAsLong();
        long millis = TimeUnit.NANOSECONDS.toMillis(endNanos - startNanos);
        commits.inc();
        rows.inc(rowCount);
        durations.update(millis);
        lastDurationMillis = millis;
        lastCommitNanos = endNanos;
    }

    /** What the last commit took. */
    long lastDurationMillis() {
        return lastDurationMillis;
    }

    private long ageMillis() {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - lastCommitNanos);
    }

    private static void gauge(MetricGroup group, Metric metric, LongSupplier value) {
        Gauge<Long> gauge = value::getAsLong;
        group.gauge(metric.name(), gauge);
    }
}
