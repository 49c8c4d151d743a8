package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the results stand for, as of one commit.
 *
 * @param epoch counts rewinds
 * @param commit counts commits; continues from the target after a rewind
 * @param watermarkMillis milliseconds since the epoch, UTC; null while none is known
 * @param settledUntilMillis windows that end here or before have settled, and stay so; milliseconds
 *     since the epoch, UTC; null if none have
 * @param offsets next offset to be read, per Kafka partition
 * @param counts totals since the first commit
 * @param reasons totals since the first commit
 * @param newestMillis greatest event time of an accepted event, milliseconds since the epoch, UTC;
 *     null before the first
 * @param definitions number of the newest request for meters that everything is counted by
 */
record Ledger(
        long epoch,
        long commit,
        CommitName name,
        @Nullable Long watermarkMillis,
        @Nullable Long settledUntilMillis,
        Map<Integer, Long> offsets,
        LaneCounts counts,
        Map<String, Long> reasons,
        @Nullable Long newestMillis,
        long definitions) {

    /**
     * The ledger after one more commit.
     *
     * @param allowedLateness how long after its end a window stays open
     */
    Ledger after(CommitName newName, Progress progress, Duration allowedLateness) {
        Long newWatermark = laterWatermark(progress.watermarkMillis());
        Map<Integer, Long> newOffsets = new HashMap<>(offsets);
        progress.offsets()
                .forEach((partition, next) -> newOffsets.merge(partition, next, Math::max));
        Map<String, Long> newReasons = new HashMap<>(reasons);
        progress.reasons().forEach((reason, count) -> newReasons.merge(reason, count, Long::sum));
        return new Ledger(
                epoch,
                commit + 1,
                newName,
                newWatermark,
                settledUntil(newWatermark, allowedLateness),
                newOffsets,
                counts.plus(progress.counts()),
                newReasons,
                laterEvent(progress.newestMillis()),
                Math.max(definitions, progress.definitions()));
    }

    /** The same position, under the epoch that a rewind opens. */
    Ledger inEpoch(long newEpoch) {
        return new Ledger(
                newEpoch,
                commit,
                name,
                watermarkMillis,
                settledUntilMillis,
                offsets,
                counts,
                reasons,
                newestMillis,
                definitions);
    }

    /**
     * Greatest event time of those that were not counted by a request that nothing was registered
     * of before: in earlier commits, and in the next one.
     */
    @Nullable Long newestBefore(long request, Progress next) {
        return laterEvent(next.newestBefore(request));
    }

    private @Nullable Long laterEvent(long reported) {
        if (reported == Progress.NO_EVENT) {
            return newestMillis;
        }
        return newestMillis == null ? reported : Math.max(newestMillis, reported);
    }

    /**
     * As the stream settles windows; what has settled stays so, whatever lateness is allowed later.
     */
    private @Nullable Long settledUntil(@Nullable Long watermark, Duration allowedLateness) {
        if (watermark == null) {
            return settledUntilMillis;
        }
        long until = watermark - allowedLateness.toMillis() + 1;
        return settledUntilMillis == null ? until : Math.max(settledUntilMillis, until);
    }

    /** After a restart the watermark begins anew; what the results stand for does not. */
    private @Nullable Long laterWatermark(long reported) {
        if (reported == Progress.NO_WATERMARK || reported == Long.MIN_VALUE) {
            return watermarkMillis;
        }
        return watermarkMillis == null ? reported : Math.max(watermarkMillis, reported);
    }
}
