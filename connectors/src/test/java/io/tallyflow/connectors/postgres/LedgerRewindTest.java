package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.connectors.postgres.run.CountingRun;
import io.tallyflow.connectors.postgres.run.RunTable;
import io.tallyflow.connectors.postgres.run.UncountedTimes;
import io.tallyflow.connectors.postgres.session.Outage;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.metrics.SimpleCounter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rewinds of a database with a past: partitions of years, and answers that take their time. */
final class LedgerRewindTest {

    private static final List<Meter> METERS =
            MeterFile.parse("meters.yaml", "meters: [{slug: m, eventType: e, aggregation: COUNT}]");
    private static final PostgresSinkOptions OPTIONS = PostgresSinkOptions.defaults();
    private static final String STALLED_URL = "jdbc:postgresql://127.0.0.1:%d/%s?socketTimeout=1";

    private final RowsEncoder encoder = new RowsEncoder();
    private PostgresServer.Database database;
    private LoginUser writer;
    private CommitName last = CommitName.NONE;
    private long checkpoint;
    private final SimpleCounter retries = new SimpleCounter();

    @BeforeEach
    void create() throws Exception {
        database = PostgresServer.migrated();
        writer = new LoginUser(database, "tallyflow_writer");
        RegisteredMeters.register(writer.dataSource(), METERS);
        new LedgerStart(writer.connections(), OPTIONS).check(CommitName.NONE);
    }

    @AfterEach
    void drop() throws SQLException {
        writer.close();
        database.close();
    }

    @Test
    void looksOnlyAtPartitionsThatTheCommitsWrote() throws Exception {
        fillMonths();
        RewindTarget target = target();
        CommitName back = last;
        YearMonth month = YearMonth.now(ZoneOffset.UTC);
        for (int day = 2; day <= 4; day++) {
            commit(
                    writer.connections(),
                    null,
                    row(month.atDay(day).atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli()));
        }
        last = back;
        CommitTransaction rewinding = transaction(target, row(0));
        try (Connection connection = writer.connect()) {
            connection.setAutoCommit(false);
            rewinding.run(connection);
            assertThat(
                            ask(
                                    connection,
                                    """
                                    select count(distinct c.oid) from pg_locks l
                                    join pg_class c on c.oid = l.relation
                                    where l.pid = pg_backend_pid() and c.relkind = 'r'
                                      and c.relname like 'usage\\_row\\_%' and c.relispartition
                                    """))
                    // Of the month, and of the row that the commit brings.
                    .containsExactly("2");
            connection.rollback();
        }
        assertThat(planOf("adjustment_row")).contains("Index").doesNotContain("Seq Scan on adj");
    }

    @Test
    void takesTheTimeThatItNeeds() throws Exception {
        commit(writer.connections(), null, row(60_000));
        RewindTarget target = target();
        CommitName back = last;
        commit(writer.connections(), null, row(120_000));
        last = back;
        try (StallingProxy proxy =
                new StallingProxy(port(), "delete from tallyflow.usage_row", 3_000)) {
            commit(stalled(proxy), target, row(180_000));
            assertThat(proxy.hasStalled()).isTrue();
            assertThat(retries.getCount()).as("given up and begun anew").isZero();
        }
        assertThat(
                        ask(
                                database.connect(),
                                "select epoch || '|' || from_commit from tallyflow.rewind"))
                .containsExactly("1|2");
        assertThat(windows()).containsExactly("60", "180");
    }

    @Test
    void isFoundDoneIfTheAnswerNeverComes() throws Exception {
        commit(writer.connections(), null, row(60_000));
        RewindTarget target = target();
        CommitName back = last;
        commit(writer.connections(), null, row(120_000));
        last = back;
        try (StallingProxy proxy = new StallingProxy(port(), "COMMIT", 600_000)) {
            CommitTransaction.Outcome outcome = commit(stalled(proxy), target, row(180_000));
            assertThat(proxy.hasStalled()).isTrue();
            assertThat(outcome.applied()).as("at the second look").isFalse();
        }
        assertThat(ask(database.connect(), "select count(*) from tallyflow.rewind"))
                .containsExactly("1");
        assertThat(windows()).containsExactly("60", "180");
    }

    @Test
    void takesAdjustmentsOfOldWindowsBackAsWell() throws Exception {
        commit(writer.connections(), null, row(60_000));
        RewindTarget target = target();
        CommitName back = last;
        UsageCell old = cell(0);
        commit(
                writer.connections(),
                null,
                new Rows(
                        List.of(),
                        List.of(new Adjustment(old, AdjustmentReason.LATE, partial())),
                        List.of()));
        last = back;
        commit(writer.connections(), target, Rows.NONE);
        assertThat(ask(database.connect(), "select count(*) from tallyflow.adjustment"))
                .containsExactly("0");
    }

    @Test
    void undoesRunsWhoseVersionIsRegisteredOnlyAfterTheTarget() throws Exception {
        commit(writer.connections(), null, row(60_000));
        RewindTarget target = target();
        CommitName back = last;
        commit(writer.connections(), null, row(120_000));
        last = back;
        try (Connection connection = writer.connect()) {
            connection.setAutoCommit(false);
            run(connection, 1, Instant.ofEpochSecond(0), Instant.ofEpochSecond(600));
            run(connection, 2, Instant.ofEpochSecond(600), Instant.ofEpochSecond(1200));
        }
        assertThat(windows()).containsExactly("0", "60", "120", "600");
        commit(writer.connections(), target, row(180_000));
        assertThat(windows()).containsExactly("0", "60", "180");
        assertThat(ask(database.connect(), "select run || state from tallyflow.run order by run"))
                .containsExactly("1shown", "2undone");
    }

    @Test
    void leavesAVersionItsPlaceAndSaysWhatItLacks() throws Exception {
        commit(writer.connections(), null, row(60_000));
        RewindTarget target = target();
        CommitName back = last;
        execute("update tallyflow.ledger_history set newest_event = '1970-01-01 00:20:30Z'");
        commit(writer.connections(), null, row(120_000));
        last = back;
        try (Connection connection = writer.connect()) {
            connection.setAutoCommit(false);
            run(connection, 2, Instant.ofEpochSecond(600), Instant.ofEpochSecond(1200));
        }
        execute("update tallyflow.counting_run set kind = 'redefine'");
        execute("update tallyflow.meter_definition set complete_from = null");
        commit(writer.connections(), target, row(180_000));
        assertThat(ask(database.connect(), "select complete_from::text from tallyflow.meter"))
                .containsExactly("1970-01-01 00:21:00+00");
    }

    /** One event in the first window of a time, counted for a version of a commit. */
    private void run(Connection connection, long cutCommit, Instant from, Instant to)
            throws Exception {
        execute(
                "update tallyflow.layer set since_commit = "
                        + cutCommit
                        + " where kind = 'stream'");
        RunTable table = new RunTable(connection);
        CountingRun run =
                table.begin(new UncountedTimes(connection).of("m", from, to).get(0), null);
        connection.commit();
        new RunRows(connection, run)
                .write(
                        new Rows(
                                List.of(
                                        new UsageRow(
                                                cell(from.toEpochMilli()),
                                                partial(),
                                                true,
                                                run.shard(),
                                                true)),
                                List.of(),
                                List.of()));
        table.show(table.advance(run, to, 1, 1));
        connection.commit();
    }

    /** A row in each month of two years, and as many partitions. */
    private void fillMonths() throws Exception {
        YearMonth now = YearMonth.now(ZoneOffset.UTC);
        execute("select tallyflow.make_partitions('" + now.plusMonths(24).atDay(1) + "')");
        List<UsageRow> rows = new ArrayList<>();
        for (int month = -12; month <= 24; month++) {
            long start =
                    now.plusMonths(month)
                            .atDay(1)
                            .atStartOfDay()
                            .toInstant(ZoneOffset.UTC)
                            .toEpochMilli();
            rows.add(new UsageRow(cell(start), partial(), true, 0, true));
        }
        commit(writer.connections(), null, new Rows(rows, List.of(), List.of()));
    }

    private RewindTarget target() throws SQLException {
        return new RewindTarget(
                Long.parseLong(
                        ask(database.connect(), "select commit from tallyflow.ledger").get(0)),
                0);
    }

    private CommitTransaction.Outcome commit(
            JdbcConnectionProvider connections, @Nullable RewindTarget rewind, Rows rows)
            throws Exception {
        try (PostgresSession session =
                new PostgresSession(
                        connections,
                        Duration.ofSeconds(60),
                        new Outage(retries, System::nanoTime))) {
            CommitTransaction transaction = transaction(rewind, rows);
            CommitTransaction.Outcome outcome = session.run(transaction);
            last = transaction.parts().get(0).name();
            return outcome;
        }
    }

    private CommitTransaction transaction(@Nullable RewindTarget rewind, Rows rows) {
        CommitPart part =
                CommitPart.unnamed(Progress.NONE, encoder.encode(rows))
                        .named(new CommitName(9, ++checkpoint), last, 0, 1, Progress.NONE, rewind);
        return new CommitTransaction(OPTIONS.pipeline(), OPTIONS.allowedLateness(), List.of(part));
    }

    private static Rows row(long startMillis) {
        return new Rows(
                List.of(new UsageRow(cell(startMillis), partial(), false, 0, true)),
                List.of(),
                List.of());
    }

    private static UsageCell cell(long startMillis) {
        return new UsageCell("m", "s", "{}", startMillis, startMillis + 60_000);
    }

    private static UsagePartial partial() {
        return new UsagePartial(1, null, null, null, null, 0, null, null);
    }

    private JdbcConnectionProvider stalled(StallingProxy proxy) {
        return writer.connections(STALLED_URL.formatted(proxy.port(), database.name()));
    }

    private int port() {
        return Integer.parseInt(
                database.url().replaceFirst("^jdbc:postgresql://[^:]+:(\\d+)/.*", "$1"));
    }

    private List<String> windows() throws SQLException {
        return ask(
                database.connect(),
                "select extract(epoch from window_start)::bigint from tallyflow.usage order by 1");
    }

    private String planOf(String table) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set enable_seqscan = off");
            List<String> lines = new ArrayList<>();
            try (ResultSet rows =
                    statement.executeQuery(
                            "explain delete from tallyflow." + table + " where commit > 1000000")) {
                while (rows.next()) {
                    lines.add(rows.getString(1));
                }
            }
            return String.join("\n", lines);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> answers = new ArrayList<>();
            while (rows.next()) {
                answers.add(rows.getString(1));
            }
            return answers;
        }
    }
}
