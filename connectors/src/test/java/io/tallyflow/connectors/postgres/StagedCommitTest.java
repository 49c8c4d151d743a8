package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.commit.SinkRefusedException;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commits of several parts, written by the connection that commits or loaded by others, as a user
 * with the writer's rights.
 */
final class StagedCommitTest {

    private static final PostgresSinkOptions OPTIONS = PostgresSinkOptions.defaults();
    private static final UsageCell CELL = new UsageCell("m", "s", "{}", 60_000, 120_000);
    private static final CommitName NAME = new CommitName(5, 1);

    private static PostgresServer.Database database;
    private static LoginUser writer;

    private Session session;
    private Loaders loaders;

    @BeforeAll
    static void create() throws SQLException {
        database = PostgresServer.migrated();
        writer = new LoginUser(database, "tallyflow_writer");
    }

    @AfterAll
    static void drop() throws SQLException {
        writer.close();
        database.close();
    }

    @BeforeEach
    void startWithAnEmptyLedger() throws Exception {
        for (String table :
                List.of("usage_row", "adjustment", "distinct_value", "ledger", "ledger_history")) {
            execute("delete from tallyflow." + table);
        }
        new LedgerStart(writer.connections(), OPTIONS).check(CommitName.NONE);
        session =
                new Session(
                        writer.connections(),
                        Duration.ofSeconds(20),
                        new Outage(new SimpleCounter(), System::nanoTime));
        loaders = new Loaders(List.of(writer.connections(), writer.connections()));
    }

    @AfterEach
    void stop() {
        loaders.close();
        session.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsTheLastValueOfAKeyThatComesInSeveralParts(boolean staged) throws Exception {
        List<Rows> parts = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            parts.add(usage(row("s", i), row("s" + i, i)));
        }
        assertThat(commit(parts, staged).rows()).isEqualTo(80);
        assertThat(ask("select readings from tallyflow.usage_row where subject = 's'"))
                .containsExactly("40");
        assertThat(ask("select count(*) from tallyflow.usage_row")).containsExactly("41");
        assertThat(leftovers()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void makesOneAdjustmentOfACellThatSeveralPartsAdjust(boolean staged) throws Exception {
        commit(
                List.of(
                        adjustments(partial("1.5", 7, "b"), partial("1.5", 8, "b")),
                        adjustments(partial("2.5", 9, "a"), partial("-4", 9, "\uD83D\uDE00"))),
                staged);
        assertThat(
                        ask(
                                """
                                select concat_ws('|', readings, sum, min, max, latest,
                                    extract(epoch from latest_at)::bigint, latest_id, reason, commit)
                                from tallyflow.adjustment order by reason
                                """))
                .containsExactly(
                        "2|4|1.5|2.5|2.5|9|a|late|1", "2|-2.5|-4|1.5|-4|9|\uD83D\uDE00|void|1");
        assertThat(leftovers()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void adjustsCountsThatHaveNoNumbers(boolean staged) throws Exception {
        UsagePartial count = new UsagePartial(3, null, null, null, null, 0, null, null);
        commit(List.of(adjustments(count, count), adjustments(count, count)), staged);
        assertThat(
                        ask(
                                "select concat_ws('|', readings, sum, latest, latest_at, latest_id)"
                                        + " from tallyflow.adjustment"))
                .containsExactly("6", "6");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void takesDistinctValuesOfAllPartsOnce(boolean staged) throws Exception {
        Rows rows =
                new Rows(
                        List.of(row("s", 1)),
                        List.of(),
                        List.of(new DistinctValue(CELL, "x"), new DistinctValue(CELL, "y")));
        commit(List.of(rows, rows), staged);
        assertThat(ask("select value from tallyflow.distinct_value order by 1"))
                .containsExactly("x", "y");
    }

    @Test
    void leavesNothingOfWhatDeadAttemptsStaged() throws Exception {
        StagedRows dead = new StagedRows("metering", NAME, 77);
        try (Connection connection = writer.connect()) {
            dead.load(connection, 0, blocks(usage(row("s", 99), row("t", 99))));
        }
        commit(List.of(usage(row("s", 1)), usage(row("s", 2))), true);
        assertThat(ask("select subject || readings from tallyflow.usage_row"))
                .containsExactly("s2");
        assertThat(leftovers()).isZero();
    }

    @Test
    void forgetsAtItsStartWhatWasStagedBefore() throws Exception {
        StagedRows dead = new StagedRows("metering", NAME, 77);
        StagedRows other = new StagedRows("other", NAME, 78);
        try (Connection connection = writer.connect()) {
            dead.load(connection, 0, blocks(usage(row("s", 99))));
            other.load(connection, 0, blocks(usage(row("s", 99))));
        }
        new LedgerStart(writer.connections(), OPTIONS).check(CommitName.NONE);
        assertThat(ask("select pipeline from tallyflow.staged_row")).containsExactly("other");
        execute("delete from tallyflow.staged_row");
    }

    @Test
    void commitsNothingIfStagedRowsHaveDisappeared() throws Exception {
        StagedRows staged = new StagedRows("metering", NAME, 78);
        try (Connection connection = writer.connect()) {
            staged.load(connection, 0, blocks(usage(row("s", 1), row("t", 1))));
            execute("delete from tallyflow.staged_row where subject = 's'");
            connection.setAutoCommit(false);
            staged.applyUsage(connection, 1, 0);
            assertThatThrownBy(() -> staged.takeAway(connection, 2))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(Trouble.of(e).isWorthAnotherTry()).isTrue())
                    .hasMessageContaining("of 2 staged rows")
                    .hasMessageContaining("1 are left");
        }
        execute("delete from tallyflow.staged_row");
    }

    @Test
    void refusesAnotherNumberOfShardsThanTheFirstStartHad() {
        assertThatThrownBy(
                        () ->
                                new LedgerStart(writer.connections(), OPTIONS.withShards(4))
                                        .check(CommitName.NONE))
                .isInstanceOf(SinkRefusedException.class)
                .hasMessageContaining("SHARDS_CHANGED")
                .hasMessageContaining("split into 4 shards")
                .hasMessageContaining("fixed them at 1");
    }

    private CommitTransaction.Outcome commit(List<Rows> rows, boolean staged) throws Exception {
        List<CommitPart> parts = new ArrayList<>();
        for (Rows part : rows) {
            parts.add(
                    CommitPart.unnamed(Progress.NONE, RowsCodec.encode(part))
                            .named(
                                    NAME,
                                    CommitName.NONE,
                                    parts.size(),
                                    rows.size(),
                                    Progress.NONE,
                                    null));
        }
        return session.run(
                new CommitTransaction(
                        "metering",
                        parts,
                        staged ? new CommitRows(loaders, 0) : CommitRows.DIRECT));
    }

    private static RowBlocks blocks(Rows rows) throws Exception {
        return RowsCodec.decode(RowsCodec.encode(rows));
    }

    private static Rows usage(UsageRow... rows) {
        return new Rows(List.of(rows), List.of(), List.of());
    }

    /** One late, one void. */
    private static Rows adjustments(UsagePartial late, UsagePartial voided) {
        return new Rows(
                List.of(),
                List.of(
                        new Adjustment(CELL, AdjustmentReason.LATE, late),
                        new Adjustment(CELL, AdjustmentReason.VOID, voided)),
                List.of());
    }

    private static UsageRow row(String subject, long readings) {
        return new UsageRow(
                new UsageCell("m", subject, "{}", 60_000, 120_000),
                new UsagePartial(readings, null, null, null, null, 0, null, null),
                false,
                0);
    }

    private static UsagePartial partial(String value, long second, String id) {
        BigDecimal number = new BigDecimal(value);
        return new UsagePartial(1, number, number, number, number, second * 1_000_000, "s", id);
    }

    private static long leftovers() throws SQLException {
        return Long.parseLong(ask("select count(*) from tallyflow.staged_row").get(0));
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> ask(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> answers = new ArrayList<>();
            while (rows.next()) {
                answers.add(rows.getString(1));
            }
            return answers;
        }
    }
}
