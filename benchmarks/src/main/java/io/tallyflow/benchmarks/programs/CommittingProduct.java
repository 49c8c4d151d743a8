package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.measure.RunClock;
import io.tallyflow.benchmarks.workload.Answer;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.LakeAddress;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.results.lake.LakeQueryEngine;
import io.tallyflow.results.query.PostgresQueryEngine;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Tallyflow's own job, as {@code up} runs it, with or without its Iceberg tables. The result is
 * there when the ledger in Postgres stands for all records. The Iceberg tables follow by their
 * commit interval; they are waited for and asked after the clock has stopped.
 */
final class CommittingProduct implements Program {

    private final boolean withLake;

    CommittingProduct(boolean withLake) {
        this.withLake = withLake;
    }

    @Override
    public ProgramOutcome run(ProgramSettings settings, RunClock clock) throws Exception {
        JobSettings job = ProductOptions.job(settings);
        try (Connection connection = connect(settings);
                PreparedStatement consumed =
                        connection.prepareStatement("select consumed from tallyflow.progress");
                RunningJob running = flink(settings.shards()).start(job)) {
            Patience patience = new Patience(settings.patience(), running.ended());
            patience.await(() -> first(consumed) == settings.records());
            clock.finish();
            Checkpoints checkpoints = Checkpoints.of(running.webAddress(), running.id());
            Answer answer = fromPostgres(settings);
            Answer lake = Answer.none();
            if (withLake) {
                patience.await(() -> eventsInLake(job) == settings.unique());
                running.close();
                lake = fromLake(settings, job);
            }
            return new ProgramOutcome(
                    answer, lake, checkpoints.stateBytes(), checkpoints.times(), Map.of());
        }
    }

    private EmbeddedFlink flink(int shards) {
        return withLake
                ? EmbeddedFlink.metering()
                : new EmbeddedFlink(
                        (environment, job) ->
                                MeteringJob.build(
                                        environment,
                                        MeteringJob.check(
                                                environment.getConfiguration(),
                                                ProductOptions.withoutLake(job, shards))));
    }

    private static Connection connect(ProgramSettings settings) throws SQLException {
        return DriverManager.getConnection(
                settings.postgresUrl(), ProgramSettings.POSTGRES_USER, "");
    }

    private static long first(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static Answer fromPostgres(ProgramSettings settings) throws IOException {
        return QueriedAnswer.of(new PostgresQueryEngine(database(settings)), settings.meters());
    }

    private static PGSimpleDataSource database(ProgramSettings settings) {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(settings.postgresUrl());
        database.setUser(ProgramSettings.POSTGRES_USER);
        return database;
    }

    private static LakeOptions lake(JobSettings job) {
        return LakeAddress.options(
                job.postgresUrl(), job.postgresUser(), job.postgresPassword(), job.warehouse());
    }

    private static long eventsInLake(JobSettings job) throws IOException {
        try (Lake lake = Lake.open(lake(job))) {
            return LakeView.of(lake).rows(LakeTable.EVENTS);
        }
    }

    private static Answer fromLake(ProgramSettings settings, JobSettings job) throws IOException {
        return QueriedAnswer.of(
                new LakeQueryEngine(lake(job), database(settings)), settings.meters());
    }
}
