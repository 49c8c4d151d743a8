package io.tallyflow.schemas.progress;

import java.util.HashMap;
import java.util.Map;

/**
 * What one operator saw since the last barrier; the parts of all operators together describe the
 * commit.
 *
 * @param counts to be added
 * @param offsets next offset to be read, per Kafka partition; the greater one wins
 * @param watermarkMillis event-time watermark, milliseconds since the epoch, UTC; the smallest of
 *     one commit wins; {@link #NO_WATERMARK} says nothing about it
 * @param reasons how often each reason (rejected or ignored) occurred, to be added; keys are {@code
 *     rejected.CODE} and {@code ignored.CODE}
 * @param newestMillis greatest event time of an accepted event, milliseconds since the epoch, UTC;
 *     the greatest wins; {@link #NO_EVENT} for none
 * @param definitions number of the newest request for meters that its sender counts by; the
 *     smallest of one commit wins, as that is what all count by; {@link #NO_DEFINITIONS} says
 *     nothing about it
 * @param newestBeforeMillis as {@code newestMillis}, of the events that came before the definitions
 *     changed
 */
public record Progress(
        LaneCounts counts,
        Map<Integer, Long> offsets,
        long watermarkMillis,
        Map<String, Long> reasons,
        long newestMillis,
        long definitions,
        long newestBeforeMillis) {

    /** No event was accepted. */
    public static final long NO_EVENT = Long.MIN_VALUE;

    /** No watermark is known, or this part has none to tell. */
    public static final long NO_WATERMARK = Long.MAX_VALUE;

    /** This part does not know what is counted. */
    public static final long NO_DEFINITIONS = Long.MAX_VALUE;

    /** Nothing seen. */
    public static final Progress NONE =
            new Progress(LaneCounts.ZERO, Map.of(), NO_WATERMARK, Map.of(), NO_EVENT);

    /** What one that has no word on definitions saw. */
    public Progress(
            LaneCounts counts,
            Map<Integer, Long> offsets,
            long watermarkMillis,
            Map<String, Long> reasons,
            long newestMillis) {
        this(counts, offsets, watermarkMillis, reasons, newestMillis, NO_DEFINITIONS, NO_EVENT);
    }

    /** Both together. */
    public Progress plus(Progress other) {
        return new Progress(
                counts.plus(other.counts),
                merged(offsets, other.offsets, Math::max),
                Math.min(watermarkMillis, other.watermarkMillis),
                merged(reasons, other.reasons, Long::sum),
                Math.max(newestMillis, other.newestMillis),
                Math.min(definitions, other.definitions),
                Math.max(newestBeforeMillis, other.newestBeforeMillis));
    }

    /** The same from one that counts by a request. */
    public Progress countedBy(long request) {
        return new Progress(
                counts,
                offsets,
                watermarkMillis,
                reasons,
                newestMillis,
                request,
                newestBeforeMillis);
    }

    private static <K> Map<K, Long> merged(
            Map<K, Long> left, Map<K, Long> right, java.util.function.BinaryOperator<Long> merge) {
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
