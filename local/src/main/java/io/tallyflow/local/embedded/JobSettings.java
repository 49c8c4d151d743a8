package io.tallyflow.local.embedded;

import io.tallyflow.connectors.kafka.KafkaConnection;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the embedded job is started with.
 *
 * @param kafka the brokers that hold {@link Topics}
 * @param postgresUrl JDBC URL without user and password
 * @param postgresUser role to connect as
 * @param postgresPassword its password; null if the server asks for none. Never printed.
 * @param meters file with the meter definitions
 * @param directory where Flink keeps its checkpoints ({@code checkpoints}), savepoints ({@code
 *     savepoints}) and working files ({@code tmp})
 * @param warehouse where the Iceberg tables are
 * @param webPort of Flink's web page and REST interface, on the loopback address; 0 takes a free
 *     one
 * @param metricsPort where Prometheus can scrape; null for no such port
 * @param parallelism of every operator, at least 1
 * @param restoreFrom directory of the checkpoint to go on from; null starts without state
 */
public record JobSettings(
        KafkaConnection kafka,
        String postgresUrl,
        String postgresUser,
        @Nullable String postgresPassword,
        Path meters,
        Path directory,
        Path warehouse,
        int webPort,
        @Nullable Integer metricsPort,
        int parallelism,
        @Nullable Path restoreFrom) {

    /**
     * With a broker that asks for no login, the warehouse beside Flink's directory, and no port for
     * Prometheus.
     */
    public JobSettings(
            String kafkaBootstrap,
            String postgresUrl,
            String postgresUser,
            @Nullable String postgresPassword,
            Path meters,
            Path directory,
            int webPort,
            int parallelism,
            @Nullable Path restoreFrom) {
        this(
                KafkaConnection.plain(kafkaBootstrap),
                postgresUrl,
                postgresUser,
                postgresPassword,
                meters,
                directory,
                directory.resolveSibling("warehouse"),
                webPort,
                null,
                parallelism,
                restoreFrom);
    }

    /** {@code host:port} of the brokers. */
    public String kafkaBootstrap() {
        return kafka.bootstrap();
    }

    /** Where checkpoints are kept. */
    public Path checkpoints() {
        return directory.resolve("checkpoints");
    }

    /** Where savepoints are put. */
    public Path savepoints() {
        return directory.resolve("savepoints");
    }

    @Override
    public String toString() {
        return "JobSettings[kafka="
                + kafka.bootstrap()
                + ", postgres="
                + postgresUrl
                + ", meters="
                + meters
                + ", restoreFrom="
                + restoreFrom
                + "]";
    }
}
