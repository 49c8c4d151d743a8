package io.tallyflow.integration.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.query.QueryCall;
import io.tallyflow.integration.run.TopicReader;
import io.tallyflow.integration.run.WatchedJob;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RetainedCheckpoints;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.progress.Count;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Identities that the job has taken note of, in a completed checkpoint, while their results could
 * not be written: the job is stopped there, and producers send everything again. A system that
 * claims an id before the write has succeeded counts these events zero times.
 */
final class ClaimedIdentityTest {

    private static final int EVENTS = 500;

    private static final String DISCONNECT =
            "select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where datname = current_database() and wait_event_type = 'Lock'";

    private final ConformanceScenario events =
            ConformanceScenario.of("claimed", "counts once what is sent again")
                    .meter(Aggregation.SUM, "$.value");

    @TempDir private Path directory;

    @Test
    @Timeout(150)
    void countsOnceWhatIsSentAgainAfterItsWriteFailed() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
                PostgresServer.Database database = PostgresServer.migrated();
                Connection connection = database.connect()) {
            JobSettings settings = settings(kafka, database, null);
            stopBetweenCheckpointAndCommit(kafka, database, settings);
            assertThat(PostgresResults.progress(connection).counts().of(Count.CONSUMED)).isZero();
            try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
                send(producer);
            }
            Path newest = RetainedCheckpoints.newest(settings.checkpoints()).orElseThrow();
            try (WatchedJob job = WatchedJob.start(settings(kafka, database, newest), Map.of())) {
                Map<Integer, Long> ends = TopicReader.ends(kafka.bootstrapServers(), Topics.EVENTS);
                job.await(
                        "offsets " + ends,
                        Duration.ofSeconds(60),
                        () -> PostgresResults.progress(connection).offsets().equals(ends));
            }
            assertThat(PostgresResults.progress(connection).counts().of(Count.DUPLICATE))
                    .isEqualTo(EVENTS);
            QueryCall sum = events.query(Aggregation.SUM);
            assertThat(sum.values(connection)).containsExactly(BigDecimal.valueOf(EVENTS));
        }
    }

    /** Nothing can be committed from before the events are sent until the job is gone. */
    private void stopBetweenCheckpointAndCommit(
            EmbeddedKafka kafka, PostgresServer.Database database, JobSettings settings)
            throws Exception {
        WatchedJob job = WatchedJob.start(settings, Map.of());
        job.awaitProcessing();
        try (KafkaProducer<byte[], byte[]> producer = producer(kafka);
                Connection blocker = database.connect();
                Statement block = blocker.createStatement()) {
            awaitCommit(job, database);
            blocker.setAutoCommit(false);
            block.execute("lock table tallyflow.ledger in access exclusive mode");
            Optional<Path> before = RetainedCheckpoints.newest(settings.checkpoints());
            send(producer);
            job.await(
                    "a checkpoint with the events in it",
                    Duration.ofSeconds(60),
                    () -> !RetainedCheckpoints.newest(settings.checkpoints()).equals(before));
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(job::close);
            while (!stopping.isDone()) {
                disconnect(database);
            }
            stopping.join();
        } finally {
            job.close();
        }
    }

    /** Just after one commit there is time until the next. */
    private static void awaitCommit(WatchedJob job, PostgresServer.Database database)
            throws Exception {
        try (Connection connection = database.connect()) {
            long last = PostgresResults.progress(connection).commit();
            job.await(
                    "the next commit",
                    Duration.ofSeconds(60),
                    () -> PostgresResults.progress(connection).commit() > last);
        }
    }

    /** The job waits inside a statement, and would be waited for. */
    private static void disconnect(PostgresServer.Database database) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(DISCONNECT);
        }
    }

    private JobSettings settings(
            EmbeddedKafka kafka, PostgresServer.Database database, Path restoreFrom)
            throws Exception {
        return new JobSettings(
                kafka.bootstrapServers(),
                database.url(),
                database.user(),
                null,
                Files.writeString(directory.resolve("meters.yaml"), "meters:\n" + events.meters()),
                directory.resolve("flink"),
                0,
                2,
                restoreFrom);
    }

    private static KafkaProducer<byte[], byte[]> producer(EmbeddedKafka kafka) {
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        producer.partitionsFor(Topics.EVENTS);
        return producer;
    }

    private void send(KafkaProducer<byte[], byte[]> producer) {
        for (int i = 0; i < EVENTS; i++) {
            UsageRecord event = events.event(i, Instant.parse("2024-03-01T00:00:00Z"));
            producer.send(event.of("customer-" + i).toKafka());
        }
        producer.flush();
    }
}
