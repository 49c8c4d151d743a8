package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.RecordedMetrics;
import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.connector.jdbc.datasource.connections.SimpleJdbcConnectionProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A committer on a real Postgres that goes away when the test says so, on the test's clock. */
final class CommitMetricsTest {

    private static final List<Meter> METERS =
            MeterFile.parse("meters.yaml", "meters: [{slug: m, eventType: e, aggregation: COUNT}]");
    private static final PostgresSinkOptions OPTIONS = PostgresSinkOptions.defaults();
    private static PostgresServer.Database database;

    private final RecordedMetrics group = new RecordedMetrics();
    private final AtomicLong clock = new AtomicLong(1);
    private final CommitMetrics metrics = CommitMetrics.register(group, clock::get);

    @BeforeAll
    static void startDatabase() throws SQLException {
        database = PostgresServer.migrated();
        RegisteredMeters.register(database.dataSource(), METERS);
    }

    @AfterAll
    static void dropDatabase() {
        database.close();
    }

    @BeforeEach
    void makeLedger() throws Exception {
        try (Connection connection = database.connect();
                var statement = connection.createStatement()) {
            statement.execute("delete from tallyflow.ledger");
            statement.execute("delete from tallyflow.ledger_history");
            statement.execute("delete from tallyflow.usage_row");
        }
        new LedgerStart(connections(), OPTIONS).check(CommitName.NONE);
    }

    @Test
    void countCommitsAndRowsAndTellTheAgeOfTheLastOne() throws Exception {
        pass(7);
        assertThat(shown("commitAgeMs")).isEqualTo(7);
        try (LedgerCommitter committer = new LedgerCommitter(connections(), OPTIONS, metrics)) {
            committer.commit(List.of(new Request(first(3))));
            pass(5);
            assertThat(shown("commits")).isEqualTo(1);
            assertThat(shown("commitRows")).isEqualTo(3);
            assertThat(shown("commitAgeMs")).isEqualTo(5);
            assertThat(shown("commitDurationMs")).isEqualTo(1);
            committer.commit(List.of(new Request(first(3))));
            assertThat(shown("commitRows")).as("the same commit once more").isEqualTo(3);
            assertThat(shown("commitAgeMs")).isZero();
            assertThat(shown("commitRetries")).isZero();
        }
    }

    @Test
    void tellHowLongPostgresHasBeenAwayAndThatItIsBack() throws Exception {
        Unreliable connections = new Unreliable(connections(), 2);
        try (LedgerCommitter committer = new LedgerCommitter(connections, OPTIONS, metrics)) {
            committer.commit(List.of(new Request(first(1))));
        }
        assertThat(connections.unavailableMillis).containsExactly(0L, 100L, 200L);
        assertThat(shown("commitRetries")).isEqualTo(2);
        assertThat(shown("postgresUnavailableMs")).isZero();
        assertThat(shown("lastCommitMs")).isEqualTo(300);
        assertThat(shown("commits")).isEqualTo(1);
    }

    private long shown(String name) {
        return group.value("tallyflow." + name);
    }

    private void pass(long millis) {
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private static CommitPart first(int rows) {
        return CommitPart.unnamed(Progress.NONE, rows(rows))
                .named(new CommitName(5, 1), CommitName.NONE, 0, 1, Progress.NONE, null);
    }

    private static byte[] rows(int count) {
        List<UsageRow> rows = IntStream.range(0, count).mapToObj(CommitMetricsTest::row).toList();
        return new RowsEncoder().encode(new Rows(rows, List.of(), List.of()));
    }

    private static JdbcConnectionProvider connections() {
        return new SimpleJdbcConnectionProvider(
                new JdbcConnectionOptions.JdbcConnectionOptionsBuilder()
                        .withUrl(database.url())
                        .withUsername(database.user())
                        .withDriverName("org.postgresql.Driver")
                        .build());
    }

    private static UsageRow row(int number) {
        return new UsageRow(
                new UsageCell("m", "s" + number, "{}", 0, 60_000),
                new UsagePartial(1, BigDecimal.ONE, null, null, null, 0, null, null),
                false,
                0,
                true);
    }

    /** Connections that cannot be had for some attempts; each attempt takes 100 ms. */
    private final class Unreliable implements JdbcConnectionProvider {

        private static final long serialVersionUID = 1L;

        private final transient JdbcConnectionProvider connections;
        private final transient List<Long> unavailableMillis = new ArrayList<>();
        private int failures;

        Unreliable(JdbcConnectionProvider connections, int failures) {
            this.connections = connections;
            this.failures = failures;
        }

        @Override
        public Connection getOrEstablishConnection() throws SQLException, ClassNotFoundException {
            pass(100);
            unavailableMillis.add(shown("postgresUnavailableMs"));
            if (failures-- > 0) {
                throw new SQLException("away", "08006");
            }
            return connections.getOrEstablishConnection();
        }

        @Override
        public Connection getConnection() {
            return connections.getConnection();
        }

        @Override
        public boolean isConnectionValid() throws SQLException {
            return connections.isConnectionValid();
        }

        @Override
        public void closeConnection() {
            connections.closeConnection();
        }

        @Override
        public Connection reestablishConnection() throws SQLException, ClassNotFoundException {
            return connections.reestablishConnection();
        }
    }

    /** What Flink hands a committer. */
    private record Request(CommitPart part) implements Committer.CommitRequest<CommitPart> {

        @Override
        public CommitPart getCommittable() {
            return part;
        }

        @Override
        public int getNumberOfRetries() {
            return 0;
        }

        @Override
        public void signalFailedWithKnownReason(Throwable reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void retryLater() {
            throw new AssertionError("the session tries again by itself");
        }

        @Override
        public void updateAndRetryLater(CommitPart changed) {
            retryLater();
        }

        @Override
        public void signalAlreadyCommitted() {
            throw new AssertionError("told by nobody");
        }
    }
}
