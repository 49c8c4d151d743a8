package io.tallyflow.connectors.kafka;

import io.tallyflow.schemas.event.RecordHeader;
import java.util.List;

/**
 * A record that holds one event.
 *
 * @param subject of the event; records are keyed by it, so that copies meet in one partition
 * @param value as the event's content mode has it
 * @param headers as the event's content mode has them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record EventRecord(String subject, byte[] value, List<RecordHeader> headers) {}
