package io.tallyflow.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * What became of one consumed record: an event or a rejection, never both, never neither.
 *
 * @param kafkaTimeMillis the record's Kafka timestamp, milliseconds since the epoch, UTC
 */
public record ParsedRecord(
        int partition,
        long offset,
        long kafkaTimeMillis,
        @Nullable UsageEvent event,
        @Nullable RejectedRecord rejected) {

    /** A record that is a usage event. */
    public static ParsedRecord of(UsageEvent event) {
        return new ParsedRecord(
                event.partition(), event.offset(), event.kafkaTimeMillis(), event, null);
    }

    /** A record that is not. */
    public static ParsedRecord of(RejectedRecord rejected) {
        return new ParsedRecord(
                rejected.partition(),
                rejected.offset(),
                rejected.kafkaTimeMillis(),
                null,
                rejected);
    }

    /**
     * What this record says about the progress of event time, milliseconds: the event's time, but
     * never ahead of its Kafka timestamp, so that one event from the future cannot make everything
     * else late. A rejected record says nothing: {@link Long#MIN_VALUE}.
     */
    public long progressMillis() {
        return event == null
                ? Long.MIN_VALUE
                : Math.min(event.timeMillis(), event.kafkaTimeMillis());
    }
}
