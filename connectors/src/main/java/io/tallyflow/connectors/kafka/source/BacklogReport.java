package io.tallyflow.connectors.kafka.source;

import org.apache.flink.api.connector.source.SourceEvent;

/**
 * What a reader tells the enumerator about itself.
 *
 * @param behind whether it has a backlog to read
 */
record BacklogReport(boolean behind) implements SourceEvent {

    private static final long serialVersionUID = 1L;
}
