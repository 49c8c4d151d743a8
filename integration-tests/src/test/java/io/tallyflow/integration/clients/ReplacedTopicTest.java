package io.tallyflow.integration.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.kafka.KafkaConnection;
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
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The topic is deleted while the job stands still, and made again with more records than before.
 */
final class ReplacedTopicTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path directory;

    @Test
    @Timeout(180)
    void isNotReadFromWhereTheOldOneWasLeft() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
                PostgresServer.Database database = PostgresServer.migrated();
                Connection connection = database.connect();
                OddClients clients = new OddClients(kafka.bootstrapServers())) {
            PatientJobs jobs = new PatientJobs(kafka, database, directory);
            Path savepoint;
            send(clients, "old", 3);
            try (StoppableJob job = jobs.start(2, null)) {
                job.await("a commit of the old ones", PATIENCE, () -> consumed(connection) == 3);
                savepoint = job.stop(directory.resolve("savepoints"), PATIENCE);
            }
            makeAgain(kafka);
            send(clients, "new", 10);
            assertThatThrownBy(
                            () -> {
                                try (StoppableJob job = jobs.start(2, savepoint)) {
                                    job.await("the end", PATIENCE, () -> false);
                                }
                            })
                    .hasStackTraceContaining("TOPIC_REPLACED: Kafka's topic usage.events has");
            assertThat(consumed(connection)).isEqualTo(3);
        }
    }

    private static void send(OddClients clients, String id, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            clients.sendEvent(0, id + i, Instant.now());
        }
    }

    private static long consumed(Connection connection) throws Exception {
        return PostgresResults.progress(connection).counts().of(Count.CONSUMED);
    }

    private static void makeAgain(EmbeddedKafka kafka) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.deleteTopics(List.of(Topics.EVENTS)).all().get();
            while (admin.listTopics().names().get().contains(Topics.EVENTS)) {
                Thread.onSpinWait();
            }
        }
        Topics.ensure(KafkaConnection.plain(kafka.bootstrapServers()), Map.of(), (short) 1);
    }
}
