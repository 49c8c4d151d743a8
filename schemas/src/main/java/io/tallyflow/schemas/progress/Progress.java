package io.tallyflow.schemas.progress;

import io.tallyflow.schemas.meter.Definitions;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;

/**
 * What one operator saw since the last barrier; the parts of all operators together describe the
 * commit. Where a checkpoint is declined, a commit has several parts of each.
 *
 * @param counts to be added
 * @param offsets next offset to be read, per Kafka partition; the greater one wins
 * @param watermarkMillis event-time watermark, milliseconds since the epoch, UTC; the smallest of
 *     one commit wins; {@link #NO_WATERMARK} says nothing about it
 * @param reasons how often each reason (rejected or ignored) occurred, to be added; keys are {@code
 *     rejected.CODE} and {@code ignored.CODE}
 * @param newestBy greatest event time of an accepted event, milliseconds since the epoch, UTC, by
 *     the number of the newest request for meters that it was counted by; the greatest wins
 * @param countsBy number of the newest request that a subtask counts by, by the subtask; the
 *     greatest wins
 */
public record Progress(
        LaneCounts counts,
        Map<Integer, Long> offsets,
        long watermarkMillis,
        Map<String, Long> reasons,
        Map<Long, Long> newestBy,
        Map<Integer, Long> countsBy) {

    /** No event was accepted. */
    public static final long NO_EVENT = Long.MIN_VALUE;

    /** No watermark is known, or this part has none to tell. */
    public static final long NO_WATERMARK = Long.MAX_VALUE;

    /** Nothing seen. */
    public static final Progress NONE =
            new Progress(LaneCounts.ZERO, Map.of(), NO_WATERMARK, Map.of(), Map.of(), Map.of());

    /**
     * What one saw that does not know what is counted.
     *
     * @param newestMillis greatest event time of an accepted event; {@link #NO_EVENT} for none
     */
    public static Progress of(
            LaneCounts counts,
            Map<Integer, Long> offsets,
            long watermarkMillis,
            Map<String, Long> reasons,
            long newestMillis) {
        return new Progress(
                counts,
                offsets,
                watermarkMillis,
                reasons,
                newestMillis == NO_EVENT ? Map.of() : Map.of(Definitions.NO_REQUEST, newestMillis),
                Map.of());
    }

    /** Both together. */
    public Progress plus(Progress other) {
        return new Progress(
                counts.plus(other.counts),
                merged(offsets, other.offsets, Math::max),
                Math.min(watermarkMillis, other.watermarkMillis),
                merged(reasons, other.reasons, Long::sum),
                merged(newestBy, other.newestBy, Math::max),
                merged(countsBy, other.countsBy, Math::max));
    }

    /** The same from a subtask that counts by a request. */
    public Progress countedBy(int subtask, long request) {
        return new Progress(
                counts, offsets, watermarkMillis, reasons, newestBy, Map.of(subtask, request));
    }

    /**
     * Number of the newest request that all subtasks count by; {@link Definitions#NO_REQUEST} if
     * none has told.
     */
    public long definitions() {
        return countsBy.values().stream()
                .mapToLong(Long::longValue)
                .min()
                .orElse(Definitions.NO_REQUEST);
    }

    /** Greatest event time of an accepted event; {@link #NO_EVENT} for none. */
    public long newestMillis() {
        return newestBefore(Long.MAX_VALUE);
    }

    /** The same of the events that were not counted by a request. */
    public long newestBefore(long request) {
        long newest = NO_EVENT;
        for (Map.Entry<Long, Long> counted : newestBy.entrySet()) {
            if (counted.getKey() < request) {
                newest = Math.max(newest, counted.getValue());
            }
        }
        return newest;
    }

    private static <K> Map<K, Long> merged(
            Map<K, Long> left, Map<K, Long> right, BinaryOperator<Long> merge) {
        if (right.isEmpty()) {
            return left;
        }
        if (left.isEmpty()) {
            return right;
        }
        Map<K, Long> result = new HashMap<>(left);
        right.forEach((key, value) -> result.merge(key, value, merge));
        return result;
    }
}
