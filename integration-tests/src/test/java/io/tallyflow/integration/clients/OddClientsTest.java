package io.tallyflow.integration.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.integration.run.Finished;
import io.tallyflow.integration.run.TopicReader;
import io.tallyflow.integration.scale.StoppableJob;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that mean no harm and do a lot of it, all at once on one topic: none of them keeps the
 * windows of the others from settling, none makes them settle too early, and each record is where
 * it belongs.
 */
final class OddClientsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** More than make a job commit less often. */
    private static final int ABORTED = 60_000;

    @TempDir private Path directory;

    @Test
    @Timeout(180)
    void settleNobodysWindowsTooEarlyAndKeepNobodysOpen() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
                PostgresServer.Database database = PostgresServer.migrated();
                Connection connection = database.connect();
                OddClients clients = new OddClients(kafka.bootstrapServers())) {
            PatientJobs jobs = new PatientJobs(kafka, database, directory);
            Instant start = Instant.now();
            Instant earlier = start.minus(Duration.ofHours(2));
            clients.sendEvent(0, "before-the-aborted", earlier);
            clients.abort(0, "aborted", start, ABORTED);
            clients.commit(1, "committed", earlier, 3);
            clients.sendEvent(2, "before-the-killed", earlier);
            clients.dieInTransaction(2, "killed", start, 3);
            clients.sendUnusualHeaders(3, earlier);
            Future<?> pestering = clients.pester(3, start);
            Path savepoint;
            try (StoppableJob job = jobs.start(2, null)) {
                demandThatTheOpenTransactionHolds(job, kafka, connection, earlier);
                awaitWatermarkAfter(start, job, connection);
                pestering.cancel(false);
                awaitAllRead(job, kafka, connection);
                demandLanesAndTotal(connection);
                demandNoLag(kafka, database);
                clients.pester(3, start);
                savepoint = job.stop(directory.resolve("savepoints"), PATIENCE);
            }
            Instant restart = Instant.now();
            try (StoppableJob job = jobs.start(2, savepoint)) {
                awaitWatermarkAfter(restart, job, connection);
                demandThatNewEventsAreOnTime(job, clients, connection);
            }
        }
    }

    private static void demandThatTheOpenTransactionHolds(
            StoppableJob job, EmbeddedKafka kafka, Connection connection, Instant held)
            throws Exception {
        job.await(
                "the broker to give up the transaction",
                PATIENCE,
                () -> {
                    Instant watermark = PostgresResults.progress(connection).watermark();
                    boolean open = hasOpenTransaction(kafka);
                    assertThat(open && watermark != null && watermark.isAfter(held)).isFalse();
                    return !open;
                });
    }

    private static boolean hasOpenTransaction(EmbeddedKafka kafka) {
        String bootstrap = kafka.bootstrapServers();
        return !TopicReader.ends(bootstrap, Topics.EVENTS)
                .get(2)
                .equals(TopicReader.stableEnds(bootstrap, Topics.EVENTS).get(2));
    }

    private static void awaitWatermarkAfter(Instant time, StoppableJob job, Connection connection)
            throws Exception {
        job.await(
                "a watermark after " + time,
                PATIENCE,
                () -> {
                    Instant watermark = PostgresResults.progress(connection).watermark();
                    Instant latest = Instant.now().plus(Duration.ofMinutes(1));
                    assertThat(watermark == null || !watermark.isAfter(latest))
                            .as("%s", watermark)
                            .isTrue();
                    return watermark != null && watermark.isAfter(time);
                });
    }

    /** What is aborted is never read, so the ends themselves are not reached. */
    private static void awaitAllRead(StoppableJob job, EmbeddedKafka kafka, Connection connection)
            throws Exception {
        long end = TopicReader.ends(kafka.bootstrapServers(), Topics.EVENTS).get(3);
        job.await(
                "a commit of all that was sent",
                PATIENCE,
                () -> PostgresResults.progress(connection).offsets().getOrDefault(3, 0L) == end);
    }

    private static void demandLanesAndTotal(Connection connection) throws SQLException {
        PostgresResults seen = PostgresResults.all(connection);
        LaneCounts counts = seen.counts();
        // Two before transactions, three committed, three with unusual headers, an old one, 2100.
        assertThat(counts.of(Count.METERED)).isEqualTo(10);
        assertThat(seen.totals()).isEqualTo(Map.of("requests", new BigDecimal(10)));
        assertThat(counts.of(Count.CONFLICT) + counts.of(Count.UNMATCHED)).isZero();
        assertThat(counts.of(Count.DUPLICATE))
                .isPositive()
                .isEqualTo(2 * (counts.of(Count.STALE) - 1));
        assertThat(counts.of(Count.REJECTED)).isEqualTo(counts.of(Count.STALE) + 2);
        assertThat(seen.reasons())
                .containsEntry("rejected.JSON", counts.of(Count.STALE))
                .containsEntry("rejected.CONTENT_TYPE", 1L)
                .containsEntry("rejected.DUPLICATE_KEY", 1L);
    }

    private void demandNoLag(EmbeddedKafka kafka, PostgresServer.Database database)
            throws Exception {
        String status =
                Finished.tallyflow(
                                List.of(
                                        "status",
                                        "--kafka-bootstrap",
                                        kafka.bootstrapServers(),
                                        "--postgres-url",
                                        PatientJobs.commandLineUrl(database)),
                                Map.of())
                        .orFail();
        assertThat(status).containsPattern("\n +0 +1 +" + (ABORTED + 2) + " +0\n");
        assertThat(status).containsPattern("\n +1 +3 +4 +0\n");
        assertThat(status).containsPattern("\n +2 +1 +5 +0\n");
        assertThat(status).containsPattern("\n +all +0\n");
    }

    private static void demandThatNewEventsAreOnTime(
            StoppableJob job, OddClients clients, Connection connection) throws Exception {
        LaneCounts before = PostgresResults.progress(connection).counts();
        for (int partition = 0; partition < Topics.EVENT_PARTITIONS; partition++) {
            clients.sendEvent(partition, "new-" + partition, Instant.now());
        }
        job.await(
                "a commit of the new events",
                PATIENCE,
                () ->
                        PostgresResults.progress(connection).counts().of(Count.METERED)
                                == before.of(Count.METERED) + Topics.EVENT_PARTITIONS);
        assertThat(PostgresResults.progress(connection).counts().of(Count.ADJUSTED))
                .isEqualTo(before.of(Count.ADJUSTED));
    }
}
