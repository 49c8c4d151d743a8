package io.tallyflow.operations.imports;

import io.tallyflow.connectors.kafka.EventRecord;
import io.tallyflow.schemas.event.UsageEvent;
import java.util.function.Supplier;

/**
 * An event of a source.
 *
 * @param record that the event is sent as
 */
record SourcedEvent(UsageEvent event, Supplier<EventRecord> record) {}
