package io.tallyflow.cli.connect;

import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.results.RequestRefusedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which Kafka the job reads whose results a command asks for. */
public final class KafkaOption {

    @Option(
            names = "--kafka-bootstrap",
            paramLabel = "HOST:PORT",
            description = "The Kafka that the job reads; without it, that of the servers that run.")
    private @Nullable String bootstrap;

    @Option(
            names = "--kafka-properties",
            paramLabel = "FILE",
            description = Addresses.KAFKA_PROPERTIES)
    private @Nullable Path kafkaProperties;

    /**
     * Says what is wrong with what was given before anything is looked for.
     *
     * @throws RequestRefusedException if something is
     */
    public void check() {
        Addresses.kafka(bootstrap, kafkaProperties);
    }

    /** The Kafka; null if none is named, and the servers told of none. */
    public @Nullable KafkaConnection find(Connections connections) {
        KafkaConnection named = Addresses.kafka(bootstrap, kafkaProperties);
        return named == null ? connections.kafka() : named;
    }

    /**
     * The Kafka.
     *
     * @throws RequestRefusedException if none is named, and the servers told of none
     */
    public KafkaConnection required(Connections connections) {
        KafkaConnection kafka = find(connections);
        if (kafka == null) {
            throw new RequestRefusedException(
                    "which Kafka does the job read? Name it with --kafka-bootstrap");
        }
        return kafka;
    }
}
