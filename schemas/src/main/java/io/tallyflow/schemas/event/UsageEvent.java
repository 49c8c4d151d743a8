package io.tallyflow.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A valid CloudEvent that reports usage. All attributes satisfy the rules of the events reference;
 * whoever builds one has checked them.
 *
 * @param subject who is metered; the stream is keyed by it
 * @param timeMicros event time, microseconds since the epoch, UTC
 * @param data the bytes of the JSON object under {@code data}, exactly as sent; null if absent or
 *     JSON null. Never modified after construction.
 * @param partition Kafka partition it was read from
 * @param offset Kafka offset it was read at
 * @param kafkaTimeMillis the record's Kafka timestamp, milliseconds since the epoch, UTC
 * @param importNumber of the import that sent it; 0 if none did
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record UsageEvent(
        String subject,
        String source,
        String id,
        String type,
        long timeMicros,
        byte @Nullable [] data,
        int partition,
        long offset,
        long kafkaTimeMillis,
        long importNumber) {

    /** Whether an import sent it. */
    public boolean isImported() {
        return importNumber != 0;
    }

    /** Event time in milliseconds since the epoch, rounded down: what windows are made of. */
    public long timeMillis() {
        return Math.floorDiv(timeMicros, 1_000L);
    }
}
