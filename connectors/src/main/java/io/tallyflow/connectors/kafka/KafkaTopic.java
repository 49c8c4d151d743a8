package io.tallyflow.connectors.kafka;

import java.io.Serializable;

/**
 * A topic, and the consumer group that shows in Kafka's tools how far it is read. The group is for
 * monitoring only; the ledger is the truth.
 */
public record KafkaTopic(String name, String group) implements Serializable {}
