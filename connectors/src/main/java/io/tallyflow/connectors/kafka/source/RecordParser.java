package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import java.io.Serializable;

/** Turns a consumed record into an event or a rejection. Total: must not throw on any bytes. */
@FunctionalInterface
public interface RecordParser extends Serializable {
    ParsedRecord parse(ConsumedRecord record);
}
