package io.tallyflow.cli.servers;

import io.tallyflow.results.PostgresAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which servers to start, and which to use as they are. A port of 0 takes a free one.
 *
 * @param metricsPort for Prometheus; null for none
 * @param kafkaBootstrap a Kafka that already runs; null starts one
 * @param kafkaProperties of its clients; null for none
 * @param postgres a Postgres that already runs; null starts one
 */
public record ServerPlan(
        Path dataDirectory,
        int kafkaPort,
        int postgresPort,
        int webPort,
        @Nullable Integer metricsPort,
        @Nullable String kafkaBootstrap,
        @Nullable Path kafkaProperties,
        @Nullable PostgresAddress postgres) {

    /** On well-known ports. */
    static ServerPlan wellKnown(Path dataDirectory) {
        return new ServerPlan(dataDirectory, 9092, 5432, 8081, null, null, null, null);
    }

    /** On whatever ports are free. */
    public static ServerPlan anywhere(Path dataDirectory) {
        return new ServerPlan(dataDirectory, 0, 0, 0, null, null, null, null);
    }

    /** The ports that servers of ours will listen on, by the option that chooses them. */
    Map<String, Integer> fixedPorts() {
        Map<String, Integer> ports = new LinkedHashMap<>();
        if (kafkaBootstrap == null) {
            ports.put("--kafka-port", kafkaPort);
        }
        if (postgres == null) {
            ports.put("--postgres-port", postgresPort);
        }
        ports.put("--web-port", webPort);
        if (metricsPort != null) {
            ports.put("--metrics-port", metricsPort);
        }
        ports.values().removeIf(port -> port == 0);
        return ports;
    }
}
