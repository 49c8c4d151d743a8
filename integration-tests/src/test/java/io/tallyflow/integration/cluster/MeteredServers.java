package io.tallyflow.integration.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.integration.run.StartOptions;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.Comparison;
import io.tallyflow.local.truth.DemoMeters;
import io.tallyflow.local.truth.GeneratorSettings;
import io.tallyflow.local.truth.LakeResults;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.local.truth.Truth;
import io.tallyflow.local.truth.UsageSender;
import io.tallyflow.operations.cluster.Deadline;
import io.tallyflow.results.Question;
import io.tallyflow.results.lake.LakeCells;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.Count;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.postgresql.ds.PGSimpleDataSource;

/** Kafka, Postgres and a lake for a job that a cluster runs, and usage whose truth is known. */
final class MeteredServers implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Path meters;
    private final LakePlace lake;
    private final GeneratorSettings settings;
    private final EmbeddedKafka kafka;
    private final EmbeddedPostgres postgres;
    private final UsageSender sender;

    MeteredServers(Path directory, GeneratorSettings settings) throws Exception {
        this(directory, settings, LakePlace.of(directory.resolve("warehouse")));
    }

    MeteredServers(Path directory, GeneratorSettings settings, LakePlace lake) throws Exception {
        this.settings = settings;
        this.meters = DemoMeters.writeTo(directory);
        this.lake = lake;
        this.kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        this.postgres =
                EmbeddedPostgres.start(
                        EmbeddedPostgres.ServerFiles.below(directory.resolve("postgres")), 0);
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(postgres.jdbcUrl());
        database.setUser(postgres.user());
        Migrations.apply(database);
        this.sender = new UsageSender(kafka.bootstrapServers(), Topics.EVENTS, settings);
    }

    /** The job's own options. */
    List<String> jobOptions() {
        List<String> options = new ArrayList<>(lake.jobOptions());
        options.addAll(
                StartOptions.ofServers(
                        kafka.bootstrapServers(), postgres.jdbcUrl(), postgres.user(), meters));
        options.addAll(
                StartOptions.ofLake(postgres.jdbcUrl(), postgres.user(), lake.warehouse(), "10 s"));
        return options;
    }

    /** As commands take it. */
    String postgresAddress() {
        return postgres.jdbcUrl()
                .replace("jdbc:postgresql://", "postgresql://" + postgres.user() + "@");
    }

    /** Returns when so many records are in the log. */
    void send(long records) {
        sender.sendUpTo(records);
    }

    /** Commits so far. */
    long commits() {
        return number("select coalesce(max(commit), 0) from tallyflow.ledger");
    }

    /** Waits for a commit after this one. */
    void awaitCommitAfter(long commit) {
        await(() -> commits() > commit, "commit " + commit + " is the last");
    }

    /** By which the present start of the job is known in its commits. */
    long token() {
        return number("select coalesce(max(token), 0) from tallyflow.ledger");
    }

    /** Commits of one start of the job that count. */
    long commitsOf(long token) {
        return number("select count(*) from tallyflow.ledger_history where token = ?", token);
    }

    /** Waits until a new start of the job commits; how long there was no commit. */
    Duration awaitRecovery(long oldToken) {
        await(() -> token() != oldToken, "no start of the job has committed");
        return Duration.ofMillis(
                number(
                        """
                        select (extract(epoch from
                            (select min(committed_at) from tallyflow.ledger_history where token = ?)
                            - (select max(committed_at) from tallyflow.ledger_history
                                where token = ?)) * 1000)::bigint
                        """,
                        token(),
                        oldToken));
    }

    /** Waits until so many records of the run are read. */
    void demandRead(long records) {
        Map<Integer, Long> offsets = sender.offsetsAfter(records);
        await(() -> seen().offsets().equals(offsets), "not everything was read");
    }

    /** Everything that was sent is in Postgres and in the lake, once. */
    void demandTruth() throws SQLException, IOException {
        Truth truth = new Truth(settings);
        truth.advanceToEnd();
        Map<Integer, Long> ends = truth.offsets();
        await(() -> seen().offsets().equals(ends), "not everything was read");
        assertEqual(Comparison.of(truth, seen()));
        long accepted = truth.counts().of(Count.METERED) + truth.counts().of(Count.UNMATCHED);
        await(() -> lake().accepted() >= accepted, "not everything is in the lake");
        assertEqual(Comparison.of(truth, seen(), LakeResults.of(lake())));
    }

    private static void assertEqual(Comparison comparison) {
        assertThat(comparison.isEqual()).as("%s", comparison.differences()).isTrue();
    }

    private PostgresResults seen() {
        try (Connection connection = connect()) {
            return PostgresResults.all(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private LakeCells lake() {
        LakeOptions options = lake.read(postgres.jdbcUrl(), postgres.user());
        try {
            List<Meter> known = MeterFile.read(meters);
            return LakeCells.of(options, known);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition, String otherwise) {
        Boolean done = Deadline.in(PATIENCE).await(() -> condition.holds() ? true : null);
        assertThat(done).as(otherwise + " after " + PATIENCE.toSeconds() + " s").isNotNull();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "");
    }

    private long number(String query, Long... values) {
        try (Connection connection = connect()) {
            return new Question<>(query, row -> row.getLong(1)).one(connection, (Object[]) values);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        sender.close();
        postgres.close();
        kafka.close();
    }
}
