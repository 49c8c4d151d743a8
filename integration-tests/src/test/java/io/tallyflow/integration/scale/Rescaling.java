package io.tallyflow.integration.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.integration.protocol.ResultsReader;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline with a past that is stopped and goes on with another parallelism, again and again. At
 * each it gets new events and copies of events of any age, crashes once on the way, and is stopped
 * while it reads.
 */
final class Rescaling implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** So that a run has ten open windows, and as many that have settled. */
    private static final int MINUTES = 20;

    private final Path directory;
    private final long identities;
    private final Path meters;
    private final EmbeddedKafka kafka;
    private final PostgresServer.Database database;
    private final NumberedUsage usage;
    private @Nullable Path savepoint;

    /**
     * @param identities known when it is scaled for the first time
     */
    Rescaling(Path directory, long identities) throws Exception {
        this.directory = directory;
        this.identities = identities;
        this.meters = Files.writeString(directory.resolve("meters.yaml"), NumberedUsage.METERS);
        this.kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        this.database = PostgresServer.migrated();
        this.usage = new NumberedUsage(kafka.bootstrapServers(), identities / MINUTES);
    }

    /** Goes through the parallelisms; at the end all that was sent has come to the truth. */
    void through(int... parallelisms) throws Exception {
        usage.sendNew(identities / 2);
        for (int parallelism : parallelisms) {
            run(parallelism, parallelism == parallelisms[0] ? identities / 2 : identities / 10);
        }
        try (StoppableJob job = new StoppableJob(settings(parallelisms[0]))) {
            awaitAll(job);
        }
        demandTruth();
    }

    private void run(int parallelism, long count) throws Exception {
        sendMixed(count / 2);
        usage.sendStale();
        sendMixed(count - count / 2);
        usage.flush();
        CrashOnce.arm();
        try (StoppableJob job = new StoppableJob(settings(parallelism))) {
            awaitAll(job);
            assertThat(CrashOnce.isArmed()).as("has not crashed").isFalse();
            sendMixed(identities / 20);
            savepoint = job.stop(directory.resolve("savepoints"), PATIENCE);
            usage.flush();
        }
    }

    /** Where it was stopped last. */
    Path savepoint() {
        return Objects.requireNonNull(savepoint, "it has not run");
    }

    /** How many identities count. */
    long events() {
        return usage.counts().of(Count.METERED);
    }

    private void sendMixed(long count) {
        usage.sendNew(count);
        usage.sendCopies(count / 2);
    }

    private void awaitAll(StoppableJob job) throws Exception {
        job.await("a commit of all records", PATIENCE, () -> consumed() == usage.records());
    }

    private JobSettings settings(int parallelism) throws IOException {
        return new JobSettings(
                kafka.bootstrapServers(),
                database.url(),
                database.user(),
                null,
                meters,
                directory.resolve("flink"),
                0,
                parallelism,
                savepoint);
    }

    private long consumed() throws SQLException {
        try (Connection connection = database.connect()) {
            return new Question<>(
                            "select coalesce(max(consumed), 0) from tallyflow.ledger",
                            row -> row.getLong(1))
                    .one(connection);
        }
    }

    private void demandTruth() throws SQLException {
        ResultsReader.Results seen;
        try (Connection connection = database.connect()) {
            seen = ResultsReader.read(connection, Topics.EVENT_PARTITIONS);
        }
        assertThat(withoutAdjusted(seen.counts())).isEqualTo(usage.counts());
        assertThat(seen.totals()).hasSameSizeAs(usage.totals());
        usage.totals()
                .forEach(
                        (cell, total) ->
                                assertThat(seen.totals().getOrDefault(cell, BigDecimal.ZERO))
                                        .as("%s", cell)
                                        .isEqualByComparingTo(total));
    }

    /** Whether a reading counts in its window or as an adjustment depends on interleaving. */
    private static LaneCounts withoutAdjusted(LaneCounts counts) {
        return LaneCounts.of(count -> count == Count.ADJUSTED ? 0 : counts.of(count));
    }

    @Override
    public void close() throws Exception {
        usage.close();
        database.close();
        kafka.close();
    }
}
