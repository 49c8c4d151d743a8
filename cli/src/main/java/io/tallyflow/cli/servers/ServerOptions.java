package io.tallyflow.cli.servers;

import io.tallyflow.cli.connect.Addresses;
import io.tallyflow.cli.directory.DataPlace;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestRefusedException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the servers are, or shall be. */
public final class ServerOptions {

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where everything is kept between runs.")
    public @Nullable Path dataDirectory;

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

    @Option(
            names = "--kafka-properties",
            paramLabel = "FILE",
            description = Addresses.KAFKA_PROPERTIES)
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
    public ServerPlan plan(ServerPlan defaults, Map<String, String> environment) {
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
                        Addresses.bootstrap(kafkaBootstrap, kafkaProperties),
                        kafkaProperties,
                        Addresses.postgres(postgresUrl, environment));
        requireDifferentPorts(plan);
        return plan;
    }

    private static void contradiction(
            String port, @Nullable Integer portValue, String server, @Nullable String serverValue) {
        if (portValue != null && serverValue != null) {
            throw new RequestRefusedException(
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
            throw new RequestRefusedException(option + " " + value + " is not a port: 0 to 65535");
        }
        return value;
    }

    private @Nullable Integer metricsPort(@Nullable Integer otherwise) {
        if (metricsPort != null && (metricsPort < 1 || metricsPort > 65_535)) {
            throw new RequestRefusedException(
                    "--metrics-port " + metricsPort + " is not a port: 1 to 65535");
        }
        return metricsPort == null ? otherwise : metricsPort;
    }

    private static void requireDifferentPorts(ServerPlan plan) {
        Set<Integer> ports = new HashSet<>();
        plan.fixedPorts()
                .forEach(
                        (option, port) -> {
                            if (!ports.add(port)) {
                                throw new RequestRefusedException(
                                        option
                                                + " "
                                                + port
                                                + " is given to another server too: choose"
                                                + " another one");
                            }
                        });
    }
}
