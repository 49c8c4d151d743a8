package io.tallyflow.integration.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.integration.protocol.UsageLog;
import io.tallyflow.integration.protocol.Witness;
import io.tallyflow.integration.run.Finished;
import io.tallyflow.integration.run.WatchedJob;
import io.tallyflow.integration.spine.UsageLogSender;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RetainedCheckpoints;
import io.tallyflow.local.embedded.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** The job and the commands through a PgBouncer in transaction mode. */
final class PgBouncerTest {

    private static final int SESSIONS = 3;

    @TempDir Path directory;
    private EmbeddedPostgres postgres;
    private PGSimpleDataSource database;
    private PgBouncer pool;

    @BeforeEach
    void start() throws Exception {
        PgBouncer.program();
        postgres =
                EmbeddedPostgres.start(
                        EmbeddedPostgres.ServerFiles.below(directory.resolve("postgres")), 0);
        database = new PGSimpleDataSource();
        database.setUrl(postgres.jdbcUrl());
        database.setUser(postgres.user());
        Migrations.apply(database);
        pool = new PgBouncer(directory.resolve("pool"), postgres.port(), SESSIONS);
    }

    @AfterEach
    void stop() throws Exception {
        if (pool != null) {
            pool.close();
        }
        if (postgres != null) {
            postgres.close();
        }
    }

    /** Twice through a restart of the job, and once through one of the pool. */
    @Test
    @Timeout(240)
    void commitsExactlyBesideAClientThatLeavesDirt() throws Exception {
        UsageLog log = new UsageLog(11, Topics.EVENT_PARTITIONS, 3_000);
        Path meters = Files.writeString(directory.resolve("meters.yaml"), UsageLog.METERS);
        Witness witness = new Witness(database::getConnection, log);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0)) {
            Properties client = new Properties();
            client.setProperty("bootstrap.servers", kafka.bootstrapServers());
            try (DirtySession dirt = new DirtySession(pool.jdbcUrl("tallyflow"));
                    WatchedJob job = WatchedJob.start(settings(kafka, meters, null), Map.of())) {
                job.awaitProcessing();
                long[] third = UsageLogSender.send(client, log, new long[log.partitions()], 1, 3);
                awaitOffsets(witness, job, third);
                job.demandNoRestart();
                assertThat(dirt.rounds()).isPositive();
            }
            Path newest =
                    RetainedCheckpoints.newest(directory.resolve("flink/checkpoints"))
                            .orElseThrow();
            try (WatchedJob job = WatchedJob.start(settings(kafka, meters, newest), Map.of())) {
                long[] ends = UsageLogSender.send(client, log, witness.look().offsets(), 2, 3);
                try (DirtySession dirt = new DirtySession(pool.jdbcUrl("tallyflow"))) {
                    awaitOffsets(witness, job, ends);
                    assertThat(dirt.rounds()).isPositive();
                }
                pool.restart();
                try (DirtySession dirt = new DirtySession(pool.jdbcUrl("tallyflow"))) {
                    UsageLogSender.send(client, log, ends, 3, 3);
                    awaitOffsets(witness, job, log.ends());
                    assertThat(dirt.rounds()).isPositive();
                }
                job.demandNoRestart();
            }
        }
        witness.demandComplete();
        demandCommandsLeaveNothingBehind();
    }

    private void demandCommandsLeaveNothingBehind() throws Exception {
        String url = pool.jdbcUrl("alone").replace("jdbc:postgresql://", "postgresql://tallyflow@");
        List<List<String>> commands =
                List.of(
                        List.of("status", "--postgres-url", url),
                        List.of("meters", "list", "--postgres-url", url),
                        List.of("query", "tokens", "--postgres-url", url),
                        List.of("savepoints", "--postgres-url", url));
        for (List<String> command : commands) {
            Finished.tallyflow(command, Map.of()).orFail();
        }
        try (Connection connection =
                        DriverManager.getConnection(pool.jdbcUrl("alone"), postgres.user(), "");
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                """
                                select
                                    (select string_agg(name, ' ') from pg_settings
                                        where source = 'session' and name not in
                                            ('application_name', 'extra_float_digits', 'TimeZone',
                                            'client_encoding', 'DateStyle')),
                                    (select count(*) from pg_prepared_statements)
                                """)) {
            row.next();
            assertThat(row.getString(1)).as("settings left behind").isNull();
            assertThat(row.getLong(2)).as("statements left behind").isZero();
        }
    }

    private static void awaitOffsets(Witness witness, WatchedJob job, long[] offsets)
            throws Exception {
        job.await(
                "offsets " + Arrays.toString(offsets),
                Duration.ofSeconds(90),
                () -> Arrays.equals(witness.look().offsets(), offsets));
    }

    private JobSettings settings(EmbeddedKafka kafka, Path meters, Path restoreFrom) {
        return new JobSettings(
                KafkaConnection.plain(kafka.bootstrapServers()),
                pool.jdbcUrl("tallyflow"),
                postgres.user(),
                null,
                meters,
                directory.resolve("flink"),
                directory.resolve("warehouse"),
                0,
                null,
                2,
                restoreFrom);
    }
}
