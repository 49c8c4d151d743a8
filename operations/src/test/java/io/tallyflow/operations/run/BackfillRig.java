package io.tallyflow.operations.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.LoginUser;
import io.tallyflow.connectors.postgres.MadeCommit;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.schema.AskedVersions;
import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A database and a lake without a job, and a user who may no more than write. */
abstract class BackfillRig {

    static final Instant FIRST_DAY = Instant.parse("2026-03-01T00:00:00Z");
    static final long COMMIT = 5;
    static final RunLimits LIMITS = new RunLimits(2, 64 << 20, 1_000);
    static final RunListener DEAF = new RunListener() {};

    @TempDir private Path directory;

    PostgresServer.Database database;
    LoginUser writer;
    SmallLake lake;
    long commits = COMMIT;
    long accepted;

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.migrated();
        writer = new LoginUser(database, "tallyflow_writer");
        lake = new SmallLake(database, directory);
        run("insert into tallyflow.ledger (pipeline, commit, shards) values ('p', 5, 1)");
    }

    @AfterEach
    void stop() throws Exception {
        lake.close();
        writer.close();
        database.close();
    }

    /** Puts events into the lake, and registers a meter by a commit after them. */
    long count(String slug, String meter, List<LakeRow> events, int batches) throws Exception {
        Meter defined = MeterFile.parse("meters.yaml", "meters: [" + meter + "]").get(0);
        assertThat(defined.slug()).isEqualTo(slug);
        long newest =
                events.stream()
                        .mapToLong(row -> row.accepted().timeMicros() / 1_000)
                        .max()
                        .orElse(0);
        CommitName name = CommitName.NONE;
        for (int batch = 0; batch < batches; batch++) {
            int size = events.size();
            name =
                    lake.commit(
                            0,
                            events.subList(batch * size / batches, (batch + 1) * size / batches));
        }
        accepted += events.size();
        commits++;
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            long request = AskedVersions.ask(connection, MeterVersion.firsts(List.of(defined)));
            MeterRegistry.register(connection, 0, request, commits, unused -> newest);
            MadeCommit.make(connection, commits, name, accepted, null);
            connection.commit();
            return request;
        }
    }

    List<Backfill.Outcome> backfill(String slug, RunLimits limits, RunListener listener) {
        return new Backfill(address(), lake.options(), limits, listener)
                .run(Backfill.Request.all(slug, Duration.ZERO));
    }

    List<Backfill.Outcome> backfill(String slug, @Nullable Instant from, @Nullable Instant to)
            throws SQLException {
        return new Backfill(address(), lake.options(), LIMITS, DEAF)
                .run(new Backfill.Request(slug, null, from, to, "because", true, Duration.ZERO));
    }

    PostgresAddress address() {
        return new PostgresAddress(
                database.url(), writer.name(), writer.dataSource().getPassword());
    }

    List<String> ask(String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            return new Question<>(sql, row -> row.getString(1)).all(connection);
        }
    }

    void run(String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            Question.run(connection, sql);
        }
    }
}
