package io.tallyflow.cli;

import io.tallyflow.connectors.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How commands are told of the servers of a test. */
public final class TestedServers {

    private TestedServers() {}

    /** Of a database, as {@code --postgres-url} takes it. */
    public static String postgresUrl(PostgresServer.Database database) {
        return "postgresql://"
                + database.user()
                + database.url().replaceFirst("jdbc:postgresql://", "@");
    }

    /**
     * A file for {@code --lake-properties}.
     *
     * @param database holds the catalog
     */
    public static Path lakeProperties(
            Path directory, PostgresServer.Database database, Path warehouse) throws IOException {
        return Files.writeString(
                directory.resolve("lake.properties"),
                """
                type=jdbc
                uri=%s
                jdbc.user=%s
                jdbc.schema-version=V1
                warehouse=%s
                """
                        .formatted(database.url(), database.user(), warehouse.toUri()));
    }
}
