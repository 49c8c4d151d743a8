package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.rows.RowKind;
import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsCodec;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.connectors.postgres.session.Outage;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.Progress;
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
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.flink.metrics.SimpleCounter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits of several parts, written as a user with the writer's rights. */
final class CommitRowsTest {

    private static final List<Meter> METERS =
            MeterFile.parse(
                    "meters.yaml",
                    """
                    meters:
                      - {slug: m, eventType: e, aggregation: SUM, valueProperty: $.x}
                      - {slug: n, eventType: e, aggregation: COUNT}
                    """);
    private static final PostgresSinkOptions OPTIONS = PostgresSinkOptions.defaults();
    private static final UsageCell CELL = new UsageCell("m", "s", "{}", 60_000, 120_000);

    private static PostgresServer.Database database;
    private static LoginUser writer;

    private PostgresSession session;
    private RowsEncoder encoder = new RowsEncoder();
    private CommitName last = CommitName.NONE;
    private @Nullable RewindTarget rewind;
    private Progress progress = Progress.NONE;
    private long number = 1;

    @BeforeAll
    static void create() throws SQLException {
        database = PostgresServer.migrated();
        writer = new LoginUser(database, "tallyflow_writer");
        RegisteredMeters.register(database.dataSource(), METERS);
    }

    @AfterAll
    static void drop() throws SQLException {
        writer.close();
        database.close();
    }

    @BeforeEach
    void startWithAnEmptyLedger() throws Exception {
        for (String table :
                List.of(
                        "usage_row",
                        "adjustment_row",
                        "distinct_value",
                        "cell",
                        "ledger",
                        "ledger_history")) {
            execute("delete from tallyflow." + table);
        }
        new LedgerStart(writer.connections(), OPTIONS).check(CommitName.NONE);
        session =
                new PostgresSession(
                        writer.connections(),
                        Duration.ofSeconds(20),
                        new Outage(new SimpleCounter(), System::nanoTime));
        encoder = new RowsEncoder();
        last = CommitName.NONE;
    }

    @AfterEach
    void stop() {
        session.close();
    }

    @Test
    void keepsTheLastValueOfAKeyThatComesInSeveralParts() throws Exception {
        List<Rows> parts = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            parts.add(usage(row("s", 1, i, i == 1), row("s" + i, 1, i, true)));
        }
        assertThat(commit(parts).rows()).isEqualTo(80);
        assertThat(ask("select readings from tallyflow.usage where subject = 's'"))
                .containsExactly("40");
        assertThat(ask("select count(*) from tallyflow.usage_row")).containsExactly("41");
    }

    @Test
    void makesOneAdjustmentOfACellThatSeveralPartsAdjust() throws Exception {
        commit(
                List.of(
                        adjustments(partial("1.5", 7, "b"), partial("1.5", 8, "b")),
                        adjustments(partial("2.5", 9, "a"), partial("-4", 9, "\uD83D\uDE00"))));
        assertThat(
                        ask(
                                """
                                select concat_ws('|', readings, sum, min, max, latest,
                                    extract(epoch from latest_at)::bigint, latest_id, reason, commit)
                                from tallyflow.adjustment order by reason
                                """))
                .containsExactly(
                        "2|4|1.5|2.5|2.5|9|a|late|1", "2|-2.5|-4|1.5|-4|9|\uD83D\uDE00|void|1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 700, 5_000, 1 << 20})
    void makesOneAdjustmentOfEachCellHoweverFewAreWrittenAtOnce(int bytes) throws Exception {
        List<CommitPart> parts = new ArrayList<>();
        for (int part = 0; part < 7; part++) {
            List<Adjustment> some = new ArrayList<>();
            for (int cell = part % 3; cell < 60; cell += 3) {
                some.add(
                        new Adjustment(
                                new UsageCell("m", "s" + cell, "{}", 60_000, 120_000),
                                AdjustmentReason.LATE,
                                part % 2 == 0
                                        ? partial("1.5", part, "i" + cell)
                                        : new UsagePartial(
                                                1, null, null, null, null, 0, null, null)));
            }
            Rows rows = new Rows(List.of(), some, List.of());
            parts.add(CommitPart.unnamed(Progress.NONE, encoder.encode(rows)));
        }
        commit(List.of(Rows.NONE));
        try (Connection connection = writer.connect()) {
            connection.setAutoCommit(false);
            Ledger ledger = new LedgerTable(connection, "metering").lock();
            assertThat(new CommitRows(connection, ledger, false, bytes).write(parts).rows())
                    .isEqualTo(140);
            connection.commit();
        }
        assertThat(
                        ask(
                                """
                                select concat_ws('|', count(*), sum(readings), sum(sum),
                                    count(distinct subject), count(*) filter (where latest_id = 'i'
                                        || substr(subject, 2)))
                                from tallyflow.adjustment group by sum order by 1
                                """))
                .containsExactly("20|60|60|20|20", "40|80|60.0|40|40");
    }

    @Test
    void adjustsCountsThatHaveNoNumbers() throws Exception {
        UsagePartial count = new UsagePartial(3, null, null, null, null, 0, null, null);
        commit(List.of(adjustments(count, count), adjustments(count, count)));
        assertThat(
                        ask(
                                "select concat_ws('|', readings, sum, latest, latest_at, latest_id)"
                                        + " from tallyflow.adjustment"))
                .containsExactly("6", "6");
    }

    @Test
    void takesDistinctValuesOfAllPartsOnce() throws Exception {
        Rows rows =
                new Rows(
                        List.of(),
                        List.of(),
                        List.of(new DistinctValue(CELL, "x"), new DistinctValue(CELL, "y")));
        commit(List.of(rows, rows));
        assertThat(ask("select value from tallyflow.distinct_value order by 1"))
                .containsExactly("x", "y");
    }

    @Test
    void writesACellOnceForAllItsWindows() throws Exception {
        for (int i = 1; i <= 3; i++) {
            commit(List.of(usage(row("s", i, i, true), row("t", i, i, true))));
        }
        assertThat(
                        ask(
                                """
                                select concat_ws('|', l.name, c.subject, c.group_by,
                                    c.cell = tallyflow.cell_of(l.name, c.subject, '{}'))
                                from tallyflow.cell c join tallyflow.layer l using (layer)
                                order by subject
                                """))
                .containsExactly("m@1|s|{}|t", "m@1|t|{}|t");
        assertThat(cellsIn(usage(row("s", 4, 4, true)))).isZero();
        encoder = new RowsEncoder();
        assertThat(cellsIn(usage(row("s", 4, 4, true)))).as("after a start").isEqualTo(1);
    }

    @Test
    void replacesRowsThatTheStateKnows() throws Exception {
        commit(List.of(usage(row("s", 1, 1, true), row("s", 2, 1, true))));
        commit(List.of(usage(row("s", 1, 5, false), row("t", 1, 6, true))));
        assertThat(
                        ask(
                                "select concat_ws('|', subject, window_start, readings)"
                                        + " from tallyflow.usage order by 1"))
                .containsExactly(
                        "s|1970-01-01 00:01:00+00|5",
                        "s|1970-01-01 00:02:00+00|1",
                        "t|1970-01-01 00:01:00+00|6");
        assertThat(ask("select commit from tallyflow.usage_row order by 1"))
                .containsExactly("1", "2", "2");
    }

    @Test
    void refusesForGoodToBeginARowThatIsThere() throws Exception {
        commit(List.of(usage(row("s", 1, 1, true))));
        assertThatThrownBy(() -> commit(List.of(usage(row("s", 1, 2, true)))))
                .isInstanceOf(SinkRefusedException.class)
                .hasMessageContaining("ROWS_DISAGREE")
                .hasMessageContaining("docs/operating/refusals/ROWS_DISAGREE.md");
        assertThat(ask("select readings from tallyflow.usage_row")).containsExactly("1");
    }

    @Test
    void refusesForGoodToReplaceARowThatIsNotThere() throws Exception {
        commit(List.of(usage(row("s", 1, 1, true))));
        assertThatThrownBy(
                        () -> commit(List.of(usage(row("s", 1, 2, false), row("s", 2, 2, false)))))
                .isInstanceOf(SinkRefusedException.class)
                .hasMessageContaining("ROWS_DISAGREE")
                .hasMessageContaining("of 2 rows that the state knows 1 are not there");
        assertThat(ask("select commit from tallyflow.ledger")).containsExactly("1");
    }

    @Test
    void remembersWhichWindowsACommitWrote() throws Exception {
        commit(List.of(usage(row("s", 7, 1, true)), usage(row("s", 3, 1, true))));
        commit(List.of(Rows.NONE));
        assertThat(
                        ask(
                                "select concat_ws('|', commit, usage_from, usage_until)"
                                        + " from tallyflow.ledger_history order by commit"))
                .containsExactly("1|1970-01-01 00:03:00+00|1970-01-01 00:07:00+00", "2");
    }

    @Test
    void takesBackRowsOfLaterCommitsAndPutsOpenOnesBack() throws Exception {
        commit(List.of(usage(row("s", 1, 1, true), row("t", 1, 1, true))));
        CommitName target = last;
        commit(List.of(usage(row("s", 1, 9, false), row("u", 5, 9, true))));
        last = target;
        rewind = new RewindTarget(1, 0);
        // Of the two that the state knows one was changed since, and is gone.
        commit(List.of(usage(row("s", 1, 1, false), row("t", 1, 2, false), row("v", 1, 3, true))));
        assertThat(ask("select subject || readings from tallyflow.usage order by 1"))
                .containsExactly("s1", "t2", "v3");
        assertThat(ask("select commit || ' in ' || epoch from tallyflow.ledger"))
                .containsExactly("2 in 1");
    }

    @Test
    void registersWhatAllTasksCountByAndOnceOnly() throws Exception {
        execute("delete from tallyflow.layer; delete from tallyflow.meter_definition");
        assertThat(ask("select slug from tallyflow.meter")).isEmpty();
        progress = Progress.NONE.countedBy(0, 1);
        commit(List.of(Rows.NONE));
        assertThat(ask("select name || since_commit from tallyflow.layer order by 1"))
                .containsExactly("m@11");
        progress = Progress.NONE.countedBy(0, 2);
        commit(List.of(Rows.NONE));
        commit(List.of(Rows.NONE));
        assertThat(ask("select name || since_commit from tallyflow.layer order by 1"))
                .containsExactly("m@11", "n@12");
        assertThat(ask("select definitions from tallyflow.ledger")).containsExactly("2");
        assertThat(ask("select definitions from tallyflow.ledger_history order by commit"))
                .containsExactly("1", "2", "2");
    }

    /**
     * As in the first minutes of a database, and whenever many rows have come since the last look.
     */
    @Test
    @Timeout(60)
    void replacesRowsByTheirKeysWhateverThePlannerBelieves() throws Exception {
        execute("alter table tallyflow.usage_row_default set (autovacuum_enabled = false)");
        commit(List.of(usage(row("first", 1, 1, true))));
        execute("analyze tallyflow.usage_row");
        commit(List.of(usage(rows(60_000, 2, true))));
        commit(List.of(usage(rows(20_000, 3, false))));
        assertThat(
                        ask(
                                "select readings || ' in ' || count(*) from tallyflow.usage_row"
                                        + " group by readings order by readings"))
                .containsExactly("1 in 1", "2 in 40000", "3 in 20000");
    }

    private static UsageRow[] rows(int count, long readings, boolean first) {
        return IntStream.range(0, count)
                .mapToObj(i -> row("s" + i, 2, readings, first))
                .toArray(UsageRow[]::new);
    }

    @Test
    void doesNotGetInTheWayOfWhoMakesPartitions() throws Exception {
        commit(List.of(Rows.NONE));
        LocalDate until = LocalDate.now(ZoneOffset.UTC).plusMonths(20);
        try (Connection connection = writer.connect()) {
            connection.setAutoCommit(false);
            UsagePartial late = partial("1.5", 7, "b");
            WrittenRows.write(
                    connection,
                    List.of(),
                    List.of(new Adjustment(CELL, AdjustmentReason.LATE, late)),
                    List.of());
            CompletableFuture<Integer> months =
                    CompletableFuture.supplyAsync(() -> makePartitions(until));
            while (ask("select 1 from pg_locks where not granted").isEmpty()) {
                Thread.onSpinWait();
            }
            WrittenRows.write(connection, List.of(row("s", 1, 1, true)), List.of(), List.of());
            connection.commit();
            assertThat(months.get(60, TimeUnit.SECONDS)).isPositive();
        }
    }

    private static int makePartitions(LocalDate until) {
        try {
            return Migrations.makePartitions(database.dataSource(), until);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void letsTheNumberOfShardsBeMendedUntilSomethingIsCommitted() throws Exception {
        LedgerStart four = new LedgerStart(writer.connections(), OPTIONS.withShards(4));
        assertThatThrownBy(() -> four.check(new CommitName(5, 1)))
                .as("a state whose commit is still to be made is laid out for one shard")
                .hasMessageContaining("SHARDS_CHANGED");
        four.check(CommitName.NONE);
        new LedgerStart(writer.connections(), OPTIONS).check(CommitName.NONE);
        assertThat(ask("select shards from tallyflow.ledger")).containsExactly("1");
        commit(List.of(Rows.NONE));
        assertThatThrownBy(() -> four.check(last))
                .isInstanceOf(SinkRefusedException.class)
                .hasMessageContaining("SHARDS_CHANGED");
    }

    @Test
    void refusesAnotherNumberOfShardsThanTheFirstCommitHad() throws Exception {
        commit(List.of(Rows.NONE));
        assertThatThrownBy(
                        () ->
                                new LedgerStart(writer.connections(), OPTIONS.withShards(4))
                                        .check(CommitName.NONE))
                .isInstanceOf(SinkRefusedException.class)
                .hasMessageContaining("SHARDS_CHANGED")
                .hasMessageContaining("split into 4 shards")
                .hasMessageContaining("fixed them at 1");
    }

    private CommitTransaction.Outcome commit(List<Rows> rows) throws Exception {
        CommitName name = new CommitName(5, number++);
        List<CommitPart> parts = new ArrayList<>();
        for (Rows part : rows) {
            parts.add(
                    CommitPart.unnamed(Progress.NONE, encoder.encode(part))
                            .named(
                                    name,
                                    last,
                                    parts.size(),
                                    rows.size(),
                                    parts.isEmpty() ? progress : Progress.NONE,
                                    rewind));
        }
        CommitTransaction.Outcome outcome =
                session.run(new CommitTransaction("metering", OPTIONS.allowedLateness(), parts));
        last = name;
        rewind = null;
        return outcome;
    }

    private int cellsIn(Rows rows) throws Exception {
        return RowsCodec.summary(encoder.encode(rows)).count(RowKind.CELL);
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

    private static UsageRow row(String subject, long minute, long readings, boolean first) {
        return new UsageRow(
                new UsageCell("m", subject, "{}", minute * 60_000, (minute + 1) * 60_000),
                new UsagePartial(readings, null, null, null, null, 0, null, null),
                false,
                0,
                first);
    }

    private static UsagePartial partial(String value, long second, String id) {
        BigDecimal number = new BigDecimal(value);
        return new UsagePartial(1, number, number, number, number, second * 1_000_000, "s", id);
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
