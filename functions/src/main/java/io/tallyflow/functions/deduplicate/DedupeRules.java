package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.memory.WorkingMemory;
import java.io.Serializable;
import java.time.Duration;

/**
 * How long an identity is remembered.
 *
 * @param horizon how far before its Kafka timestamp an event's time may lie and still count
 * @param ahead how far after its Kafka timestamp an event's time may lie; the parser rejects what
 *     is further
 * @param outage for how long beyond that state is kept, so that a job which stood still does not
 *     forget
 * @param memory what recent identities, and filters of older ones, may fill
 */
public record DedupeRules(Duration horizon, Duration ahead, Duration outage, WorkingMemory memory)
        implements Serializable {

    /** 32 days, one day, 7 days. */
    public static DedupeRules defaults() {
        return new DedupeRules(
                Duration.ofDays(32),
                Duration.ofDays(1),
                Duration.ofDays(7),
                WorkingMemory.SHARE_OF_HEAP);
    }

    /** The same with another memory. */
    public DedupeRules with(WorkingMemory otherMemory) {
        return new DedupeRules(horizon, ahead, outage, otherMemory);
    }

    /** How much older than a copy the first event may be, by Kafka timestamps, milliseconds. */
    long rememberedMillis() {
        return horizon.plus(ahead).toMillis();
    }

    /** How long state keeps an identity. */
    Duration timeToLive() {
        return horizon.plus(ahead).plus(outage);
    }
}
