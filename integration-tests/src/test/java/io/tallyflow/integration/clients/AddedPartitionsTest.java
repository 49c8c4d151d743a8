package io.tallyflow.integration.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.integration.scale.StoppableJob;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.schemas.progress.Count;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The topic gets more partitions while the job stands still, and the job as many readers. */
final class AddedPartitionsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MORE = 2 * Topics.EVENT_PARTITIONS;

    @TempDir private Path directory;

    @Test
    @Timeout(180)
    void doNotLeaveReadersWithoutAPartitionThatHoldEveryWindowOpen() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
                PostgresServer.Database database = PostgresServer.migrated();
                Connection connection = database.connect();
                OddClients clients = new OddClients(kafka.bootstrapServers())) {
            PatientJobs jobs = new PatientJobs(kafka, database, directory);
            Path savepoint;
            try (StoppableJob job = jobs.start(Topics.EVENT_PARTITIONS, null)) {
                sendAndAwait(Topics.EVENT_PARTITIONS, job, clients, connection);
                savepoint = job.stop(directory.resolve("savepoints"), PATIENCE);
            }
            addPartitions(kafka);
            Instant restart = Instant.now();
            try (StoppableJob job = jobs.start(MORE, savepoint)) {
                sendAndAwait(MORE, job, clients, connection);
                job.await(
                        "a watermark after " + restart,
                        PATIENCE,
                        () -> {
                            Instant watermark = PostgresResults.progress(connection).watermark();
                            return watermark != null && watermark.isAfter(restart);
                        });
                // A reader that comes back from being left out takes part again.
                sendAndAwait(MORE, job, clients, connection);
                assertThat(PostgresResults.progress(connection).counts().of(Count.ADJUSTED))
                        .isZero();
            }
        }
    }

    private static void sendAndAwait(
            int partitions, StoppableJob job, OddClients clients, Connection connection)
            throws Exception {
        long before = PostgresResults.progress(connection).counts().of(Count.METERED);
        Instant now = Instant.now();
        for (int partition = 0; partition < partitions; partition++) {
            clients.sendEvent(partition, "event-" + partition + "-at-" + now, now);
        }
        job.await(
                "a commit of what was sent",
                PATIENCE,
                () ->
                        PostgresResults.progress(connection).counts().of(Count.METERED)
                                == before + partitions);
    }

    private static void addPartitions(EmbeddedKafka kafka) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createPartitions(Map.of(Topics.EVENTS, NewPartitions.increaseTo(MORE)))
                    .all()
                    .get();
        }
    }
}
