package io.tallyflow.functions.progress;

import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.RejectionReason;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.IgnoredReason;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts what one operator saw since the last barrier, and the same without an end as metrics.
 * Confined to the operator's thread.
 */
public final class Tally {

    private static final RejectionReason[] REJECTIONS = RejectionReason.values();
    private static final IgnoredReason[] IGNORED = IgnoredReason.values();
    private static final Count[] OF_LANES =
            Arrays.stream(Lane.values()).map(Count::of).toArray(Count[]::new);

    private final LaneMetrics metrics;
    private final long[] counts = new long[Count.all().size()];
    private final long[] rejections = new long[REJECTIONS.length];
    private final long[] ignoredReasons = new long[IGNORED.length];
    private final Map<Integer, Long> offsets = new HashMap<>();
    private long otherGroup;
    private final Map<Long, Long> newestBy = new HashMap<>();
    private long request = Definitions.NO_REQUEST;
    private long newestMillis = Progress.NO_EVENT;

    public Tally(LaneMetrics metrics) {
        this.metrics = metrics;
    }

    /** A record was read from Kafka. */
    public void consumed(int partition, long offset) {
        count(Count.CONSUMED);
        offsets.put(partition, offset + 1);
    }

    /** A record ended in a lane. */
    public void lane(Lane lane) {
        count(OF_LANES[lane.ordinal()]);
    }

    /** A record was rejected. */
    public void rejected(RejectionReason reason) {
        lane(Lane.REJECTED);
        rejections[reason.ordinal()]++;
        metrics.rejected(reason);
    }

    /** Of the events of no meter, one that takes another back. */
    public void voidRequest() {
        metrics.voidRequest();
    }

    /**
     * An event was accepted.
     *
     * @param timeMillis event time, milliseconds since the epoch, UTC
     */
    public void accepted(long timeMillis) {
        newestMillis = Math.max(newestMillis, timeMillis);
    }

    /** From here on events are counted by what was asked for up to a request. */
    public void countsBy(long newest) {
        keepNewest();
        request = newest;
    }

    private void keepNewest() {
        if (newestMillis != Progress.NO_EVENT) {
            newestBy.merge(request, newestMillis, Math::max);
            newestMillis = Progress.NO_EVENT;
        }
    }

    /** A reading counted in its window. */
    public void reading() {
        count(Count.READINGS);
    }

    /** A reading counted as an adjustment. */
    public void adjusted() {
        reading();
        count(Count.ADJUSTED);
    }

    /** A reading counted in the group that takes what has no room in groups of its own. */
    public void otherGroup() {
        otherGroup++;
        metrics.otherGroup();
    }

    /** A meter could take no reading from an event. */
    public void ignored(IgnoredReason reason) {
        count(Count.IGNORED);
        ignoredReasons[reason.ordinal()]++;
        metrics.ignored(reason);
    }

    /**
     * Everything since the last call; counting starts again, that of the metrics goes on.
     *
     * @param watermarkMillis milliseconds since the epoch, UTC, or {@link Progress#NO_WATERMARK}
     */
    public Progress take(long watermarkMillis) {
        keepNewest();
        Progress progress =
                new Progress(
                        new LaneCounts(counts),
                        Map.copyOf(offsets),
                        watermarkMillis,
                        Map.copyOf(reasons()),
                        Map.copyOf(newestBy),
                        Map.of());
        clear();
        return progress;
    }

    private void count(Count what) {
        counts[what.ordinal()]++;
        metrics.count(what);
    }

    private Map<String, Long> reasons() {
        Map<String, Long> reasons = new HashMap<>();
        name("rejected.", REJECTIONS, rejections, reasons);
        name("ignored.", IGNORED, ignoredReasons, reasons);
        if (otherGroup > 0) {
            reasons.put("grouped.OTHER", otherGroup);
        }
        return reasons;
    }

    private static void name(
            String prefix, Enum<?>[] names, long[] counts, Map<String, Long> reasons) {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                reasons.put(prefix + names[i].name(), counts[i]);
            }
        }
    }

    private void clear() {
        Arrays.fill(counts, 0);
        Arrays.fill(rejections, 0);
        Arrays.fill(ignoredReasons, 0);
        offsets.clear();
        otherGroup = 0;
        newestBy.clear();
    }
}
