package io.tallyflow.integration.run;

import java.nio.file.Path;
import java.util.List;

/** Options of a job on servers that a test has started. */
public final class StartOptions {

    private StartOptions() {}

    /** Where usage comes from, and where results go. */
    public static List<String> ofServers(
            String kafka, String postgresUrl, String postgresUser, Path meters) {
        return List.of(
                "--kafka.bootstrap", kafka,
                "--postgres.url", postgresUrl,
                "--postgres.user", postgresUser,
                "--meters", meters.toString());
    }

    /** A lake with its catalog in a Postgres, whose interval is of the form {@code 10 s}. */
    public static List<String> ofLake(
            String catalogUrl, String catalogUser, String warehouse, String interval) {
        return List.of(
                "--lake.catalog", "jdbc",
                "--lake.uri", catalogUrl + "?currentSchema=tallyflow",
                "--lake.user", catalogUser,
                "--lake.warehouse", warehouse,
                "--lake.commit-interval", interval);
    }
}
