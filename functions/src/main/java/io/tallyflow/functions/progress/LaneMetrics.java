package io.tallyflow.functions.progress;

import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.RejectionReason;
import io.tallyflow.schemas.metric.Metric;
import io.tallyflow.schemas.usage.IgnoredReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;

/**
 * Where records and readings went, as counters. Each operator registers what it decides itself, so
 * that every lane and every reason is counted in one place. Confined to the operator's thread.
 */
public final class LaneMetrics {

    private static final Metric CONSUMED =
            Metric.counter("consumedRecords", "records", "read from Kafka");

    private static final Metric REJECTED_FOR =
            Metric.counter("rejectedRecords", "records", "of these, those with one reason");

    private static final Metric READINGS =
            Metric.counter("readings", "readings", "that counted, in a window or as an adjustment");

    private static final Metric ADJUSTED =
            Metric.counter(
                    "adjustedReadings", "readings", "of these, those that came after settling");

    private static final Metric IGNORED =
            Metric.counter("ignoredReadings", "readings", "that a matching meter could not take");

    private static final Metric IGNORED_FOR =
            Metric.counter("ignoredReadings", "readings", "of these, those with one reason");

    private static final Metric OTHER_GROUP =
            Metric.counter(
                    "otherGroupReadings",
                    "readings",
                    "that counted in __other__, because their cell's subject has too many groups");

    private static final String REASON = "reason";

    private final MetricGroup group;
    private final Counter[] lanes = unregistered(Lane.values().length);
    private final Counter[] rejections = unregistered(RejectionReason.values().length);
    private final Counter[] ignoredFor = unregistered(IgnoredReason.values().length);
    private Counter consumed = new SimpleCounter();
    private Counter readings = new SimpleCounter();
    private Counter adjusted = new SimpleCounter();
    private Counter ignored = new SimpleCounter();
    private Counter otherGroup = new SimpleCounter();

    private LaneMetrics(MetricGroup operator) {
        this.group = operator.addGroup(Metric.GROUP);
    }

    /** Of the operator that takes what the source has parsed. */
    public static LaneMetrics ofParsing(MetricGroup operator) {
        LaneMetrics metrics = new LaneMetrics(operator);
        metrics.consumed = register(metrics.group, CONSUMED);
        metrics.registerLanes(Lane.REJECTED);
        for (RejectionReason reason : RejectionReason.values()) {
            metrics.rejections[reason.ordinal()] =
                    register(metrics.group.addGroup(REASON, reason.name()), REJECTED_FOR);
        }
        return metrics;
    }

    /** Of the operator that knows earlier events. */
    public static LaneMetrics ofDeduplication(MetricGroup operator) {
        LaneMetrics metrics = new LaneMetrics(operator);
        metrics.registerLanes(Lane.STALE, Lane.CONFLICT, Lane.DUPLICATE);
        return metrics;
    }

    /** Of the operator that takes readings from events. */
    public static LaneMetrics ofMetering(MetricGroup operator) {
        LaneMetrics metrics = new LaneMetrics(operator);
        metrics.registerLanes(Lane.UNMATCHED, Lane.METERED);
        metrics.ignored = register(metrics.group, IGNORED);
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
        metrics.readings = register(metrics.group, READINGS);
        metrics.adjusted = register(metrics.group, ADJUSTED);
        metrics.ignored = register(metrics.group, IGNORED);
        metrics.registerIgnored(IgnoredReason.TOTAL_RANGE);
        metrics.otherGroup = register(metrics.group, OTHER_GROUP);
        return metrics;
    }

    /** Everything that is counted, for the reference. */
    public static List<Metric> reference() {
        List<Metric> all = new ArrayList<>();
        all.add(CONSUMED);
        Arrays.stream(Lane.values()).map(LaneMetrics::of).forEach(all::add);
        all.add(labelled(REJECTED_FOR));
        all.add(READINGS);
        all.add(ADJUSTED);
        all.add(IGNORED);
        all.add(labelled(IGNORED_FOR));
        all.add(OTHER_GROUP);
        return all;
    }

    void consumed() {
        consumed.inc();
    }

    void lane(Lane lane) {
        lanes[lane.ordinal()].inc();
    }

    void rejected(RejectionReason reason) {
        rejections[reason.ordinal()].inc();
    }

    void reading() {
        readings.inc();
    }

    void adjusted() {
        adjusted.inc();
    }

    void ignored(IgnoredReason reason) {
        ignored.inc();
        ignoredFor[reason.ordinal()].inc();
    }

    void otherGroup() {
        otherGroup.inc();
    }

    private void registerLanes(Lane... decidedHere) {
        for (Lane lane : decidedHere) {
            lanes[lane.ordinal()] = register(group, of(lane));
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

    private static Metric of(Lane lane) {
        return Metric.counter(
                lane.name().toLowerCase(Locale.ROOT) + "Records", "records", meaning(lane));
    }

    private static String meaning(Lane lane) {
        return switch (lane) {
            case REJECTED -> "not a valid usage event";
            case STALE -> "older than the dedupe horizon";
            case CONFLICT -> "equal identity, other type or data";
            case DUPLICATE -> "equal identity, counted before";
            case UNMATCHED -> "accepted, no meter for the type";
            case METERED -> "accepted, at least one meter for the type";
        };
    }
}
