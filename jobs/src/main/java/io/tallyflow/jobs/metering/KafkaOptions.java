package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.kafka.source.KafkaTopic;

/**
 * Which Kafka the job reads, and where it writes records of note.
 *
 * @param connection the brokers and how to talk to them; may hold secrets
 * @param events the topic that is read
 */
public record KafkaOptions(
        KafkaConnection connection, KafkaTopic events, RejectedTopic rejected, LateTopic late) {

    /** The topic for rejected and conflicting records. */
    public record RejectedTopic(String name) {}

    /** The topic for late and stale events. */
    public record LateTopic(String name) {}
}
