package io.tallyflow.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * One header of a Kafka record.
 *
 * @param name as the producer wrote it
 * @param value raw bytes; null where the producer sent a null header
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record RecordHeader(String name, byte @Nullable [] value) {}
