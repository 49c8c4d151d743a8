package io.tallyflow.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * What became of one consumed record: an event or a rejection, never both, never neither.
 *
 * @param kafkaTimeMillis the record's Kafka timestamp, milliseconds since the epoch, UTC
 * @param places where in the event's data the values lie that meters look for; only the parser and
 *     the meters know the form. Null if the parser did not look
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record ParsedRecord(
        int partition,
        long offset,
        long kafkaTimeMillis,
        @Nullable UsageEvent event,
        @Nullable RejectedRecord rejected,
        int @Nullable [] places) {

    /** A record that is a usage event. */
    public static ParsedRecord of(UsageEvent event) {
        return of(event, null);
    }

    /** A record that is a usage event, and what its parser noted. */
    public static ParsedRecord of(UsageEvent event, int @Nullable [] places) {
        return new ParsedRecord(
                event.partition(), event.offset(), event.kafkaTimeMillis(), event, null, places);
    }

    /** A record that is not. */
    public static ParsedRecord of(RejectedRecord rejected) {
        return new ParsedRecord(
                rejected.partition(),
                rejected.offset(),
                rejected.kafkaTimeMillis(),
                null,
                rejected,
                null);
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
