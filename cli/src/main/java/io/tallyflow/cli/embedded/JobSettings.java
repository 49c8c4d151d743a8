package io.tallyflow.cli.embedded;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the embedded job is started with.
 *
 * @param kafkaBootstrap {@code host:port} of the broker that holds {@link Topics}
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
        String kafkaBootstrap,
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

    /** With the warehouse beside Flink's directory, and without a port for Prometheus. */
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
                kafkaBootstrap,
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
                + kafkaBootstrap
                + ", postgres="
                + postgresUrl
                + ", meters="
                + meters
                + ", restoreFrom="
                + restoreFrom
                + "]";
    }
}
