package io.tallyflow.integration.clients;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.integration.scale.StoppableJob;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.metering.Option;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.JobSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts the metering job, whose partitions are idle soon. */
final class PatientJobs {

    private static final String METERS =
            """
            meters:
              - slug: requests
                eventType: request
                aggregation: COUNT
            """;

    private final EmbeddedKafka kafka;
    private final PostgresServer.Database database;
    private final Path directory;
    private final Path meters;

    PatientJobs(EmbeddedKafka kafka, PostgresServer.Database database, Path directory)
            throws IOException {
        this.kafka = kafka;
        this.database = database;
        this.directory = directory;
        this.meters = Files.writeString(directory.resolve("meters.yaml"), METERS);
    }

    StoppableJob start(int parallelism, @Nullable Path savepoint) {
        JobSettings settings =
                new JobSettings(
                        kafka.bootstrapServers(),
                        database.url(),
                        database.user(),
                        null,
                        meters,
                        directory.resolve("flink"),
                        0,
                        parallelism,
                        savepoint);
        String[] options = {
            "--" + Option.KAFKA_BOOTSTRAP.key(), kafka.bootstrapServers(),
            "--" + Option.POSTGRES_URL.key(), database.url(),
            "--" + Option.POSTGRES_USER.key(), database.user(),
            "--" + Option.METERS.key(), meters.toString(),
            "--" + Option.IDLE_AFTER.key(), "2 s"
        };
        return new StoppableJob(
                settings,
                (flink, same) ->
                        MeteringJob.build(
                                flink,
                                MeteringJob.check(
                                        flink.getConfiguration(),
                                        MeteringOptionsReader.read(options, Map.of()))));
    }

    /** As people write it. */
    static String commandLineUrl(PostgresServer.Database database) {
        return database.url()
                .replace("jdbc:postgresql://", "postgresql://" + database.user() + "@");
    }
}
