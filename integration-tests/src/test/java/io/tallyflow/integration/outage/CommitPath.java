package io.tallyflow.integration.outage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.query.AnswerRow;
import io.tallyflow.connectors.postgres.query.QueryCall;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.integration.run.TopicReader;
import io.tallyflow.integration.run.WatchedJob;
import io.tallyflow.jobs.metering.Option;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Kafka, Postgres and the job, with usage being sent and a reader looking all the time. A window
 * settles as soon as the watermark has passed its end, so that whatever an outage makes late, by
 * however little, becomes an adjustment and is seen.
 */
final class CommitPath implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path directory;
    private final PGSimpleDataSource database = new PGSimpleDataSource();
    private EmbeddedKafka kafka;
    private EmbeddedPostgres postgres;
    private final WatchedJob job;
    private final SteadyUsage usage;
    private final WatchfulReader reader;

    CommitPath(Path directory, int perSecond) throws Exception {
        this.directory = directory;
        kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        postgres = EmbeddedPostgres.start(place(), 0);
        database.setUrl(postgres.jdbcUrl());
        database.setUser(postgres.user());
        Migrations.apply(database);
        Path meters = Files.writeString(directory.resolve("meters.yaml"), SteadyUsage.METERS);
        job =
                WatchedJob.start(
                        WatchedJob.settings(
                                kafka.bootstrapServers(),
                                postgres.jdbcUrl(),
                                postgres.user(),
                                meters,
                                directory.resolve("flink")),
                        Map.of(Option.ALLOWED_LATENESS, "0 s"));
        job.awaitProcessing();
        usage = SteadyUsage.start(kafka.bootstrapServers(), perSecond);
        reader = new WatchfulReader(postgres.jdbcUrl(), postgres.user());
    }

    /** Lets everything go on for so long. */
    void run(Duration time) throws Exception {
        job.run(time);
    }

    /** No process of the server does anything for so long. */
    void freezePostgres(Duration time) throws Exception {
        long before = reader.blind();
        try (FrozenServer frozen = FrozenServer.freeze(place().directory())) {
            job.run(time);
        }
        if (time.toSeconds() > 10) {
            assertThat(reader.blind()).as("looks at a frozen server").isGreaterThan(before);
        }
    }

    /** Stops the server as its own service would, and starts it on the same port and data. */
    void restartPostgres(Duration away) throws Exception {
        int port = postgres.port();
        postgres.close();
        job.run(away);
        postgres = EmbeddedPostgres.start(place(), port);
    }

    /** Stops the broker and starts it on the same port and log directory. */
    void restartKafka(Duration away) throws Exception {
        int port = kafka.port();
        kafka.close();
        job.run(away);
        kafka = EmbeddedKafka.start(directory.resolve("kafka"), port);
    }

    /** The number of the last commit. */
    long commit() throws SQLException {
        try (Connection connection = database.getConnection()) {
            return PostgresResults.progress(connection).commit();
        }
    }

    /** Waits until everything that was sent is committed, and holds it against what was sent. */
    void demandTruth() throws Exception {
        usage.finish();
        Map<Integer, Long> ends = TopicReader.ends(kafka.bootstrapServers(), Topics.EVENTS);
        job.await("offsets " + ends, PATIENCE, () -> offsets().equals(ends));
        reader.finish();
        try (Connection connection = database.getConnection()) {
            LaneCounts counts = PostgresResults.progress(connection).counts();
            assertThat(counts)
                    .isEqualTo(
                            LaneCounts.inOrder(
                                    usage.events() + usage.copies(),
                                    usage.events(),
                                    0,
                                    usage.copies(),
                                    0,
                                    0,
                                    0,
                                    2 * usage.events(),
                                    0,
                                    0));
            assertThat(QueryCall.of("requests").values(connection))
                    .containsExactly(BigDecimal.valueOf(usage.events()));
            demandTokens(connection);
        }
        job.demandNoRestart();
        System.out.printf(
                "%d events and %d copies; the reader saw %d times, and %d times nothing%n",
                usage.events(), usage.copies(), reader.looks(), reader.blind());
    }

    private void demandTokens(Connection connection) throws SQLException {
        Map<String, BigDecimal> tokens =
                QueryCall.of("tokens").groupedBy("subject").rows(connection).stream()
                        .collect(Collectors.toMap(AnswerRow::subject, AnswerRow::value));
        assertThat(tokens.keySet()).isEqualTo(usage.totals().keySet());
        usage.totals()
                .forEach(
                        (subject, total) ->
                                assertThat(tokens.get(subject))
                                        .as(subject)
                                        .isEqualByComparingTo(total));
    }

    private Map<Integer, Long> offsets() throws SQLException {
        try (Connection connection = database.getConnection()) {
            return PostgresResults.progress(connection).offsets();
        }
    }

    private EmbeddedPostgres.ServerFiles place() {
        return EmbeddedPostgres.ServerFiles.below(directory.resolve("postgres"));
    }

    @Override
    public void close() {
        reader.close();
        usage.close();
        job.close();
        postgres.close();
        kafka.close();
    }
}
