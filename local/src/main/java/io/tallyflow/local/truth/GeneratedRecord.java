package io.tallyflow.local.truth;

import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * One record as it goes to Kafka, with what must become of it.
 *
 * @param partition where it goes: where any Kafka producer would send the key
 * @param key the subject, UTF-8
 * @param value the event in structured JSON, or its data if the headers hold its attributes; null
 *     for a tombstone
 * @param kafkaTimeMillis its Kafka timestamp, milliseconds since the epoch, UTC
 * @param outcome true if every earlier record of its partition was read before it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record GeneratedRecord(
        int partition,
        byte[] key,
        byte @Nullable [] value,
        List<Header> headers,
        long kafkaTimeMillis,
        ExpectedOutcome outcome) {}
