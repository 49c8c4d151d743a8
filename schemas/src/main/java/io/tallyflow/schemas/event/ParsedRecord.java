package io.tallyflow.schemas.event;

import io.tallyflow.schemas.meter.PackedDefinitions;
import org.jspecify.annotations.Nullable;

/**
 * What became of one consumed record, an event or a rejection; or, from no record at all, what is
 * counted from here on. Exactly one of them.
 *
 * @param kafkaTimeMillis the record's Kafka timestamp, milliseconds since the epoch, UTC
 * @param places where in the event's data the values lie that meters look for; only the parser and
 *     the meters know the form. Null if the parser did not look
 * @param definitions stand in no partition
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record ParsedRecord(
        int partition,
        long offset,
        long kafkaTimeMillis,
        @Nullable UsageEvent event,
        @Nullable RejectedRecord rejected,
        int @Nullable [] places,
        @Nullable PackedDefinitions definitions) {

    private static final int NO_PARTITION = -1;

    /** A record that is a usage event. */
    public static ParsedRecord of(UsageEvent event) {
        return of(event, null);
    }

    /** A record that is a usage event, and what its parser noted. */
    public static ParsedRecord of(UsageEvent event, int @Nullable [] places) {
        return new ParsedRecord(
                event.partition(),
                event.offset(),
                event.kafkaTimeMillis(),
                event,
                null,
                places,
                null);
    }

    /** A record that is not. */
    public static ParsedRecord of(RejectedRecord rejected) {
        return new ParsedRecord(
                rejected.partition(),
                rejected.offset(),
                rejected.kafkaTimeMillis(),
                null,
                rejected,
                null,
                null);
    }

    /** No record: what is counted from here on. */
    public static ParsedRecord of(PackedDefinitions definitions) {
        return new ParsedRecord(
                NO_PARTITION, NO_PARTITION, Long.MIN_VALUE, null, null, null, definitions);
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
