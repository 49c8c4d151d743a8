package io.tallyflow.cli;

import io.tallyflow.connectors.kafka.BrokerAddresses;
import io.tallyflow.connectors.kafka.KafkaConnection;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the servers are, or shall be. */
final class ServerOptions {

    /** What the option says that goes with every {@code --kafka-bootstrap}. */
    static final String KAFKA_PROPERTIES =
            "Properties of the Kafka client, for TLS and a login, to go with --kafka-bootstrap.";

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where everything is kept between runs.")
    @Nullable Path dataDirectory;

    @Option(
            names = "--kafka-port",
            paramLabel = "PORT",
            description = "Port of the embedded Kafka; 0 takes a free one.")
    @Nullable Integer kafkaPort;

    @Option(
            names = "--postgres-port",
            paramLabel = "PORT",
            description = "Port of the embedded Postgres; 0 takes a free one.")
    @Nullable Integer postgresPort;

    @Option(
            names = "--web-port",
            paramLabel = "PORT",
            description = "Port of Flink's web page; 0 takes a free one.")
    @Nullable Integer webPort;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description =
                    "Port on which Prometheus can scrape metrics, on every address of this machine;"
                            + " none unless given.")
    @Nullable Integer metricsPort;

    @Option(
            names = "--kafka-bootstrap",
            paramLabel = "HOST:PORT",
            description = "Use the Kafka that runs there instead of an embedded one.")
    @Nullable String kafkaBootstrap;

    @Option(names = "--kafka-properties", paramLabel = "FILE", description = KAFKA_PROPERTIES)
    @Nullable Path kafkaProperties;

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            description =
                    "Use the Postgres at postgresql://USER@HOST:PORT/DATABASE instead of an"
                            + " embedded one. The password is taken from the environment variable "
                            + PostgresAddress.PASSWORD_VARIABLE
                            + ".")
    @Nullable String postgresUrl;

    /** The options as they were meant, or what is wrong with them. */
    ServerPlan plan(ServerPlan defaults, Map<String, String> environment) {
        contradiction("--kafka-port", kafkaPort, "--kafka-bootstrap", kafkaBootstrap);
        contradiction("--postgres-port", postgresPort, "--postgres-url", postgresUrl);
        ServerPlan plan =
                new ServerPlan(
                        DataPlace.of(
                                dataDirectory == null ? defaults.dataDirectory() : dataDirectory),
                        port("--kafka-port", kafkaPort, defaults.kafkaPort()),
                        port("--postgres-port", postgresPort, defaults.postgresPort()),
                        port("--web-port", webPort, defaults.webPort()),
                        metricsPort(defaults.metricsPort()),
                        bootstrap(kafkaBootstrap, kafkaProperties),
                        kafkaProperties,
                        address(postgresUrl, environment));
        requireDifferentPorts(plan);
        return plan;
    }

    private static void contradiction(
            String port, @Nullable Integer portValue, String server, @Nullable String serverValue) {
        if (portValue != null && serverValue != null) {
            throw new UsageProblem(
                    port
                            + " is for an embedded server and "
                            + server
                            + " for one that already runs: give one of them");
        }
    }

    private static int port(String option, @Nullable Integer value, int otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (value < 0 || value > 65_535) {
            throw new UsageProblem(option + " " + value + " is not a port: 0 to 65535");
        }
        return value;
    }

    private @Nullable Integer metricsPort(@Nullable Integer otherwise) {
        if (metricsPort != null && (metricsPort < 1 || metricsPort > 65_535)) {
            throw new UsageProblem("--metrics-port " + metricsPort + " is not a port: 1 to 65535");
        }
        return metricsPort == null ? otherwise : metricsPort;
    }

    private static @Nullable String bootstrap(@Nullable String value, @Nullable Path properties) {
        if (value == null && properties != null) {
            throw new UsageProblem("--kafka-properties needs --kafka-bootstrap: which Kafka?");
        }
        try {
            return value == null ? null : BrokerAddresses.checked(value);
        } catch (IllegalArgumentException e) {
            throw new UsageProblem("--kafka-bootstrap " + e.getMessage());
        }
    }

    /**
     * A Kafka that runs already, or null for none. Not before it is known where to log to: Kafka's
     * classes log.
     */
    static @Nullable KafkaConnection kafka(@Nullable String value, @Nullable Path properties) {
        String bootstrap = bootstrap(value, properties);
        return bootstrap == null ? null : read(bootstrap, properties);
    }

    private static KafkaConnection read(String bootstrap, @Nullable Path properties) {
        try {
            return KafkaConnection.read(
                    bootstrap, properties == null ? null : properties.toAbsolutePath().normalize());
        } catch (IllegalArgumentException e) {
            throw new UsageProblem("--kafka-properties " + properties + " " + e.getMessage());
        }
    }

    /** The address, or null for none. */
    static @Nullable PostgresAddress address(
            @Nullable String url, Map<String, String> environment) {
        try {
            return url == null ? null : PostgresAddress.parse(url, environment);
        } catch (IllegalArgumentException e) {
            throw new UsageProblem("--postgres-url " + e.getMessage());
        }
    }

    private static void requireDifferentPorts(ServerPlan plan) {
        Set<Integer> ports = new HashSet<>();
        plan.fixedPorts()
                .forEach(
                        (option, port) -> {
                            if (!ports.add(port)) {
                                throw new UsageProblem(
                                        option
                                                + " "
                                                + port
                                                + " is given to another server too: choose"
                                                + " another one");
                            }
                        });
    }
}
