package io.tallyflow.schemas.stream;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.SettledUsage;
import org.jspecify.annotations.Nullable;

/**
 * One thing that the lake keeps for ever, or a mark of how far it reaches: of the components that
 * can be null exactly one is not.
 *
 * @param accepted an event that is neither stale nor a repetition
 * @param stale an event that the stream does not count
 * @param settled what a window came to
 * @param distinct a value of a settled window of a UNIQUE_COUNT meter
 * @param adjusted a reading that came after its window had settled
 * @param settledUntilMillis all windows that end here or before have settled, and what they came to
 *     was sent ahead of this; milliseconds since the epoch, UTC
 * @param definitions of an accepted event: number of the newest request for meters in force when it
 *     was counted; else 0
 */
public record LakeRow(
        @Nullable UsageEvent accepted,
        @Nullable UsageEvent stale,
        @Nullable SettledUsage settled,
        @Nullable DistinctValue distinct,
        @Nullable AdjustedReading adjusted,
        @Nullable Long settledUntilMillis,
        long definitions) {

    public static LakeRow accepted(UsageEvent event, long definitions) {
        return new LakeRow(event, null, null, null, null, null, definitions);
    }

    public static LakeRow stale(UsageEvent event) {
        return new LakeRow(null, event, null, null, null, null, 0);
    }

    public static LakeRow of(SettledUsage settled) {
        return new LakeRow(null, null, settled, null, null, null, 0);
    }

    public static LakeRow of(DistinctValue distinct) {
        return new LakeRow(null, null, null, distinct, null, null, 0);
    }

    public static LakeRow of(AdjustedReading adjusted) {
        return new LakeRow(null, null, null, null, adjusted, null, 0);
    }

    public static LakeRow settledUntil(long millis) {
        return new LakeRow(null, null, null, null, null, millis, 0);
    }
}
