package io.tallyflow.integration.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.integration.run.StartOptions;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.LakeAddress;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.Comparison;
import io.tallyflow.local.truth.DemoMeters;
import io.tallyflow.local.truth.GeneratorSettings;
import io.tallyflow.local.truth.LakeResults;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.local.truth.Truth;
import io.tallyflow.local.truth.UsageSender;
import io.tallyflow.operations.cluster.Deadline;
import io.tallyflow.operations.cluster.FlinkCluster;
import io.tallyflow.operations.state.CommitOfState;
import io.tallyflow.results.lake.LakeCells;
import io.tallyflow.results.ledger.LedgerPosition;
import io.tallyflow.results.savepoint.RecordedSavepoint;
import io.tallyflow.results.savepoint.Savepoint;
import io.tallyflow.results.savepoint.SavepointFormat;
import io.tallyflow.results.savepoint.SavepointTable;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.Count;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** The job with usage whose truth is known, between servers of which one can be lost. */
final class Recovery implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String PIPELINE = "metering";

    private final Path directory;
    private final GeneratorSettings settings;
    private final Path meters;
    private final EmbeddedKafka kafka;
    private final UsageSender sender;
    private final ArchivedPostgres postgres;
    private final ArchivedPostgres catalog;
    private @Nullable RunningJob job;

    /**
     * @param catalogOfItsOwn whether the lake's catalog is in a Postgres of its own
     */
    Recovery(Path directory, GeneratorSettings settings, boolean catalogOfItsOwn) throws Exception {
        this.directory = directory;
        this.settings = settings;
        this.meters = DemoMeters.writeTo(directory);
        this.kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        this.sender = new UsageSender(kafka.bootstrapServers(), Topics.EVENTS, settings);
        this.postgres = new ArchivedPostgres(directory.resolve("postgres"));
        this.catalog =
                catalogOfItsOwn ? new ArchivedPostgres(directory.resolve("catalog")) : postgres;
        migrate(postgres);
        if (catalogOfItsOwn) {
            migrate(catalog);
        }
    }

    private static void migrate(ArchivedPostgres server) {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(server.jdbcUrl());
        database.setUser(server.user());
        Migrations.apply(database);
    }

    ArchivedPostgres postgres() {
        return postgres;
    }

    /** Starts the job; fails with what it failed of. */
    void start(@Nullable Savepoint from, String... more) {
        job = start("flink", from, more);
    }

    /** Starts another one beside it, as if there were none. */
    RunningJob startTwin(Savepoint from) {
        return start("twin", from);
    }

    /** Of two that run, the one that is left when the ledger has refused the other. */
    void goOnWithTheLastOf(RunningJob twin) {
        CompletableFuture<?> first = running().ended();
        await(() -> first.isDone() || twin.ended().isDone() ? true : null, "both jobs go on");
        RunningJob refused = first.isDone() ? running() : twin;
        job = first.isDone() ? twin : running();
        assertThatThrownBy(() -> refused.ended().get()).hasStackTraceContaining("SINK_REGRESSED");
        refused.close();
    }

    private RunningJob start(String name, @Nullable Savepoint from, String... more) {
        RunningJob started =
                new EmbeddedFlink(
                                (environment, unused) ->
                                        MeteringJob.build(
                                                environment,
                                                MeteringJob.check(
                                                        environment.getConfiguration(),
                                                        MeteringOptionsReader.read(
                                                                options(more), Map.of()))))
                        .start(
                                new JobSettings(
                                        kafka.bootstrapServers(),
                                        postgres.jdbcUrl(),
                                        postgres.user(),
                                        null,
                                        meters,
                                        directory.resolve(name),
                                        0,
                                        2,
                                        from == null ? null : Path.of(URI.create(from.path()))));
        started.awaitProcessing(PATIENCE);
        return started;
    }

    private String[] options(String... more) {
        List<String> all =
                new ArrayList<>(
                        StartOptions.ofServers(
                                kafka.bootstrapServers(),
                                postgres.jdbcUrl(),
                                postgres.user(),
                                meters));
        all.addAll(
                StartOptions.ofLake(
                        catalog.jdbcUrl(), catalog.user(), warehouse().toUri().toString(), "2 s"));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private Path warehouse() {
        return directory.resolve("warehouse");
    }

    /** Sends, and waits for nothing. */
    void sendOnly(long records) {
        sender.sendUpTo(records);
    }

    /** Lets the job run for so long; fails when it ends. */
    void run(Duration time) throws Exception {
        try {
            running().ended().get(time.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("the job ended");
        } catch (TimeoutException stillRunning) {
            // As it should.
        }
    }

    /** The batch that the lake stands at, and its epoch. */
    String lakeStandsAt() throws IOException {
        try (Lake tables = Lake.open(lakeOptions())) {
            LakeView view = LakeView.of(tables);
            return view.batch() + " of epoch " + view.epoch();
        }
    }

    /** Sends, and waits until it is committed and in the lake. */
    void send(long records) {
        sender.sendUpTo(records);
        await(() -> consumed() == records ? true : null, "not everything was read");
        await(() -> lake().accepted() == accepted() ? true : null, "not everything is in the lake");
    }

    /** Takes a savepoint, on record, and waits for its commit unless the job ends with it. */
    Savepoint savepoint(boolean stop) throws Exception {
        RunningJob running = running();
        LedgerPosition before = position();
        Savepoint taken =
                FlinkCluster.at(running.webAddress())
                        .trigger(
                                running.id(),
                                directory.resolve("savepoints").toUri().toString(),
                                SavepointFormat.CANONICAL,
                                stop)
                        .await(PATIENCE);
        try (Connection connection = postgres.connect()) {
            SavepointTable table = new SavepointTable(connection, PIPELINE);
            table.add(
                    taken,
                    before,
                    running.id(),
                    SavepointFormat.CANONICAL,
                    stop,
                    "test",
                    CommitOfState.in(taken.path()));
        }
        await(() -> recorded(taken).position(), "the savepoint's commit is not made");
        if (stop) {
            stop();
        }
        return taken;
    }

    RecordedSavepoint recorded(Savepoint savepoint) {
        try (Connection connection = postgres.connect()) {
            RecordedSavepoint known = new SavepointTable(connection, PIPELINE).at(savepoint.path());
            assertThat(known).as("is on record").isNotNull();
            return known;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    LedgerPosition position() {
        try (Connection connection = postgres.connect()) {
            return new SavepointTable(connection, PIPELINE).position();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As a machine that stops at once would. */
    void stop() {
        running().close();
        job = null;
    }

    /** Everything that was sent is in Postgres and in the lake, once. */
    void demandTruth(long records) throws Exception {
        send(records);
        Truth truth = new Truth(settings);
        truth.advanceToEnd();
        try (Connection connection = postgres.connect()) {
            Comparison comparison =
                    Comparison.of(truth, PostgresResults.all(connection), LakeResults.of(lake()));
            assertThat(comparison.isEqual()).as("%s", comparison.differences()).isTrue();
        }
    }

    private RunningJob running() {
        assertThat(job).as("a job runs").isNotNull();
        return job;
    }

    private long consumed() {
        try (Connection connection = postgres.connect()) {
            return PostgresResults.all(connection).counts().of(Count.CONSUMED);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private long accepted() {
        try (Connection connection = postgres.connect()) {
            PostgresResults seen = PostgresResults.all(connection);
            return seen.counts().of(Count.METERED) + seen.counts().of(Count.UNMATCHED);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private LakeOptions lakeOptions() {
        return LakeAddress.options(catalog.jdbcUrl(), catalog.user(), null, warehouse());
    }

    private LakeCells lake() {
        try {
            return LakeCells.of(lakeOptions(), MeterFile.read(meters));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Finding {
        @Nullable Object ask();
    }

    /** Waits until something is. */
    static void await(BooleanSupplier condition, Duration patience, String otherwise) {
        assertThat(Deadline.in(patience).await(() -> condition.getAsBoolean() ? true : null))
                .as(otherwise)
                .isNotNull();
    }

    private static void await(Finding finding, String otherwise) {
        assertThat(Deadline.in(PATIENCE).await(finding::ask)).as(otherwise).isNotNull();
    }

    @Override
    public void close() {
        if (job != null) {
            job.close();
        }
        sender.close();
        if (catalog != postgres) {
            catalog.close();
        }
        postgres.close();
        kafka.close();
    }
}
