package io.tallyflow.schemas.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record exactly as Kafka handed it over, before anybody looked inside.
 *
 * @param kafkaTimeMillis the record's Kafka timestamp, milliseconds since the epoch, UTC
 * @param value null for a tombstone
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record ConsumedRecord(
        String topic,
        int partition,
        long offset,
        long kafkaTimeMillis,
        byte @Nullable [] value,
        List<RecordHeader> headers) {}
