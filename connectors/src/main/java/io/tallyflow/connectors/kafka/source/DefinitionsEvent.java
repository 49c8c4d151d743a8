package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.meter.PackedDefinitions;
import org.apache.flink.api.connector.source.SourceEvent;

/** Tells a reader what is counted from now on. */
record DefinitionsEvent(PackedDefinitions definitions) implements SourceEvent {

    private static final long serialVersionUID = 1L;
}
