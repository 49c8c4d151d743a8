package io.tallyflow.functions.progress;

import io.tallyflow.schemas.event.RejectionReason;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.Metric;
import io.tallyflow.schemas.usage.IgnoredReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;

/**
 * Where records and readings went, as counters. Each operator registers what it decides itself, so
 * that every lane and every reason is counted in one place. Confined to the operator's thread.
 */
public final class LaneMetrics {

    private static final Metric REJECTED_FOR =
            Metric.counter("rejectedRecords", "records", "of these, those with one reason");

    private static final Metric IGNORED_FOR =
            Metric.counter("ignoredReadings", "readings", "of these, those with one reason");

    private static final Metric OTHER_GROUP =
            Metric.counter(
                    "otherGroupReadings",
                    "readings",
                    "that counted in __other__, because their cell's subject has too many groups");

    private static final Metric VOIDS =
            Metric.counter("voidRecords", "records", "of the unmatched, those that are voids");

    private static final String REASON = "reason";

    private final MetricGroup group;
    private final Counter[] counts = unregistered(Count.all().size());
    private final Counter[] rejections = unregistered(RejectionReason.values().length);
    private final Counter[] ignoredFor = unregistered(IgnoredReason.values().length);
    private Counter otherGroup = new SimpleCounter();
    private Counter voids = new SimpleCounter();

    private LaneMetrics(MetricGroup operator) {
        this.group = operator.addGroup(Metric.GROUP);
    }

    /** Of the operator that takes what the source has parsed. */
    public static LaneMetrics ofParsing(MetricGroup operator) {
        LaneMetrics metrics = new LaneMetrics(operator);
        metrics.register(Count.CONSUMED, Count.REJECTED);
        for (RejectionReason reason : RejectionReason.values()) {
            metrics.rejections[reason.ordinal()] =
                    register(metrics.group.addGroup(REASON, reason.name()), REJECTED_FOR);
        }
        return metrics;
    }

    /** Of the operator that knows earlier events. */
    public static LaneMetrics ofDeduplication(MetricGroup operator) {
        LaneMetrics metrics = new LaneMetrics(operator);
        metrics.register(Count.STALE, Count.CONFLICT, Count.DUPLICATE);
        return metrics;
    }

    /** Of the operator that takes readings from events. */
    public static LaneMetrics ofMetering(MetricGroup operator) {
        LaneMetrics metrics = new LaneMetrics(operator);
        metrics.register(Count.UNMATCHED, Count.METERED, Count.IGNORED);
        metrics.voids = register(metrics.group, VOIDS);
        for (IgnoredReason reason : IgnoredReason.values()) {
            if (reason != IgnoredReason.TOTAL_RANGE) {
                metrics.registerIgnored(reason);
            }
        }
        return metrics;
    }

    /** Of the operator that adds readings up. */
    public static LaneMetrics ofAggregation(MetricGroup operator) {
        LaneMetrics metrics = new LaneMetrics(operator);
        metrics.register(Count.READINGS, Count.ADJUSTED, Count.IGNORED);
        metrics.registerIgnored(IgnoredReason.TOTAL_RANGE);
        metrics.otherGroup = register(metrics.group, OTHER_GROUP);
        return metrics;
    }

    /** Everything that is counted, for the reference. */
    public static List<Metric> reference() {
        List<Metric> all = new ArrayList<>();
        Count.all().stream().map(LaneMetrics::of).forEach(all::add);
        all.add(labelled(REJECTED_FOR));
        all.add(labelled(IGNORED_FOR));
        all.add(OTHER_GROUP);
        all.add(VOIDS);
        return all;
    }

    void count(Count what) {
        counts[what.ordinal()].inc();
    }

    void rejected(RejectionReason reason) {
        rejections[reason.ordinal()].inc();
    }

    void ignored(IgnoredReason reason) {
        ignoredFor[reason.ordinal()].inc();
    }

    void otherGroup() {
        otherGroup.inc();
    }

    void voidRequest() {
        voids.inc();
    }

    private void register(Count... countedHere) {
        for (Count count : countedHere) {
            counts[count.ordinal()] = register(group, of(count));
        }
    }

    private void registerIgnored(IgnoredReason reason) {
        ignoredFor[reason.ordinal()] = register(group.addGroup(REASON, reason.name()), IGNORED_FOR);
    }

    private static Counter register(MetricGroup group, Metric metric) {
        return group.counter(metric.name());
    }

    /** What an operator does not decide is counted into nothing. */
    private static Counter[] unregistered(int count) {
        Counter[] counters = new Counter[count];
        Arrays.setAll(counters, index -> new SimpleCounter());
        return counters;
    }

    private static Metric labelled(Metric metric) {
        return new Metric(
                REASON + ".CODE." + metric.name(), metric.kind(), metric.unit(), metric.meaning());
    }

    private static Metric of(Count count) {
        return Metric.counter(count.metric(), count.unit(), count.meaning());
    }
}
