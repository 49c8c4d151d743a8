package io.tallyflow.cli.connect;

import io.tallyflow.connectors.kafka.BrokerAddresses;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestRefusedException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Addresses of servers that run already, as options name them. */
public final class Addresses {

    /** What the option says that goes with every {@code --kafka-bootstrap}. */
    public static final String KAFKA_PROPERTIES =
            "Properties of the Kafka client, for TLS and a login, to go with --kafka-bootstrap.";

    private Addresses() {}

    /**
     * The addresses of brokers, or null for none.
     *
     * @throws RequestRefusedException if they are none, or properties are named without them
     */
    public static @Nullable String bootstrap(@Nullable String value, @Nullable Path properties) {
        if (value == null && properties != null) {
            throw new RequestRefusedException(
                    "--kafka-properties needs --kafka-bootstrap: which Kafka?");
        }
        try {
            return value == null ? null : BrokerAddresses.checked(value);
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException("--kafka-bootstrap " + e.getMessage());
        }
    }

    /**
     * A Kafka that runs already, or null for none. Not before it is known where to log to: Kafka's
     * classes log.
     */
    public static @Nullable KafkaConnection kafka(
            @Nullable String value, @Nullable Path properties) {
        String bootstrap = bootstrap(value, properties);
        return bootstrap == null ? null : read(bootstrap, properties);
    }

    private static KafkaConnection read(String bootstrap, @Nullable Path properties) {
        try {
            return KafkaConnection.read(
                    bootstrap, properties == null ? null : properties.toAbsolutePath().normalize());
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException(
                    "--kafka-properties " + properties + " " + e.getMessage());
        }
    }

    /** The address of a Postgres, or null for none. */
    public static @Nullable PostgresAddress postgres(
            @Nullable String url, Map<String, String> environment) {
        try {
            return url == null ? null : PostgresAddress.parse(url, environment);
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException("--postgres-url " + e.getMessage());
        }
    }
}
