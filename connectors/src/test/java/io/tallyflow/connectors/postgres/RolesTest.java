package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.connectors.postgres.session.Outage;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.progress.LaneCounts;
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
import java.util.Map;
import org.apache.flink.metrics.SimpleCounter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users with one of the roles can do, and what they cannot. */
final class RolesTest {

    private static final String NOT_ALLOWED = "42501";

    private static final String SAVEPOINT =
            """
            insert into tallyflow.savepoint (path, pipeline, checkpoint, after_epoch, after_commit,
                job, format, stopped, taken_by)
            values ('file:/savepoint-1', 'metering', 1, 0, 0, 'j', 'CANONICAL', false, 'ann')
            """;

    private static final String RESET =
            """
            insert into tallyflow.reset (id, meter, subject, requested, reason, savepoint,
                recorded_by)
            values ('r', 'tokens', 's', '2026-01-01Z', null, 'file:/savepoint-1', 'ann')
            """;

    static final List<Meter> METERS =
            MeterFile.parse(
                    "meters.yaml",
                    """
                    meters:
                      - slug: tokens
                        eventType: prompt
                        aggregation: SUM
                        valueProperty: $.tokens
                      - slug: users
                        eventType: prompt
                        aggregation: UNIQUE_COUNT
                        valueProperty: $.user
                    """);

    private static PostgresServer.Database database;
    private static LoginUser owner;
    private static final List<String> ROWS_OF_5_AND_6 =
            List.of(
                    """
                    insert into tallyflow.ledger_history (pipeline, epoch, commit, token,
                        checkpoint, prev_token, prev_checkpoint, committed_at, watermark, offsets,
                        consumed, metered, unmatched, duplicate, conflict, stale, rejected,
                        readings, adjusted, ignored, reasons)
                    select 'metering', 2, commit, 1, commit, 1, commit - 1, now(), now(), '{}',
                        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}'
                    from generate_series(5, 6) as commit
                    """,
                    """
                    insert into tallyflow.usage_row (layer, cell, window_start, readings, settled,
                        shard, commit)
                    select 1, tallyflow.cell_of('m@1', 's', '{}'), to_timestamp(60 * commit), 1,
                        false, 0, commit
                    from generate_series(5, 6) as commit
                    """,
                    """
                    insert into tallyflow.adjustment_row (layer, cell, window_start, readings,
                        reason, commit, checkpoint, committed_at)
                    select 1, tallyflow.cell_of('m@1', 's', '{}'), to_timestamp(60 * commit), 1,
                        'late', commit, commit, now()
                    from generate_series(5, 6) as commit
                    """,
                    """
                    insert into tallyflow.distinct_value (layer, cell, window_start, value_hash,
                        value, commit)
                    select 1, tallyflow.cell_of('m@1', 's', '{}'), to_timestamp(60 * commit),
                        tallyflow.cell_of('', '', ''), 'v', commit
                    from generate_series(5, 6) as commit
                    """);

    private static LoginUser writer;
    private static LoginUser reader;
    private static LoginUser operator;

    @BeforeAll
    static void create() throws SQLException {
        database = PostgresServer.migrated();
        owner = new LoginUser(database, "tallyflow_owner");
        writer = new LoginUser(database, "tallyflow_writer");
        reader = new LoginUser(database, "tallyflow_reader");
        operator = new LoginUser(database, "tallyflow_operator");
        RegisteredMeters.register(database.dataSource(), METERS);
    }

    @AfterAll
    static void drop() throws SQLException {
        for (LoginUser user : List.of(owner, writer, reader, operator)) {
            user.close();
        }
        database.close();
    }

    @Test
    void letTheWriterRegisterCommitAndRewind() throws Exception {
        CommitName first = new CommitName(7, 1);
        CommitName second = new CommitName(7, 2);
        CommitName third = new CommitName(8, 3);
        PostgresSinkOptions options = PostgresSinkOptions.defaults();
        try (PostgresSession session =
                new PostgresSession(
                        writer.connections(),
                        Duration.ofSeconds(10),
                        new Outage(new SimpleCounter(), System::nanoTime))) {
            assertThat(MeterRequests.take(writer.dataSource(), METERS).definitions().versions())
                    .isEqualTo(MeterVersion.firsts(METERS));
            RegisteredMeters.register(writer.dataSource(), METERS);
            assertThat(new LedgerStart(writer.connections(), options).check(CommitName.NONE))
                    .isNull();
            session.run(commit(first, CommitName.NONE, null, 5, true));
            session.run(commit(second, first, null, 6, false));
            session.run(commit(second, first, null, 6, false));
            assertThat(ask(database.connect(), "select value::text from tallyflow.usage"))
                    .containsExactly("17");

            RewindTarget target = new RewindTarget(1, 0);
            assertThat(
                            new LedgerStart(writer.connections(), options.withRewindTo(target))
                                    .check(first))
                    .isEqualTo(target);
            session.run(commit(third, first, target, 4, false));
        }
        assertThat(
                        ask(
                                database.connect(),
                                "select commit || ' in ' || epoch from tallyflow.progress"))
                .containsExactly("2 in 1");
        assertThat(ask(database.connect(), "select value::text from tallyflow.usage"))
                .containsExactly("13");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table tallyflow.mine (x int)",
                "create function tallyflow.mine() returns int language sql return 1",
                "create view tallyflow.mine as select 1 as one",
                "create schema mine",
                "create index on tallyflow.usage_row (commit)",
                "drop table tallyflow.usage_row",
                "drop schema tallyflow cascade",
                "truncate tallyflow.usage_row",
                "truncate tallyflow.ledger_history",
                "alter table tallyflow.ledger drop constraint ledger_conserves_records",
                "alter table tallyflow.usage_row detach partition tallyflow.usage_row_default",
                "alter function tallyflow.make_partitions(date) security definer",
                "select tallyflow.make_partitions(date '2030-01-01')",
                "select tallyflow.make_roles()",
                "delete from tallyflow.ledger",
                "delete from tallyflow.ledger_history",
                "delete from tallyflow.meter_definition",
                "update tallyflow.usage_row set window_start = now()",
                "update tallyflow.adjustment_row set readings = 0",
                "update tallyflow.distinct_value set commit = 0",
                "update tallyflow.ledger_history set consumed = 0",
                "update tallyflow.rewind set to_commit = 0",
                "update tallyflow.cell set subject = 'other'",
                "delete from tallyflow.cell",
                "update tallyflow.layer set slug = 'users'",
                "delete from tallyflow.layer",
                "update tallyflow.savepoint set checkpoint = 0",
                "delete from tallyflow.savepoint",
                "insert into tallyflow.reset default values",
                "select * from tallyflow.reset",
                "update tallyflow.reset set undone_at = now(), undone_by = 'me'",
                "delete from tallyflow.reset",
                "delete from tallyflow.usage_row_default",
                "alter table tallyflow.usage_row disable trigger usage_row_deletes",
                "drop trigger usage_row_deletes on tallyflow.usage_row",
                "alter table tallyflow.usage_row disable trigger user",
                "set session_replication_role = replica",
                "insert into tallyflow.usage_row_default default values",
                "delete from tallyflow.flyway_schema_history",
                "lock table tallyflow.rewind in access exclusive mode",
                "grant select on tallyflow.usage to public",
                "set role tallyflow_owner",
                "create role mine"
            })
    void refuseTheWriterEverythingElse(String statement) {
        assertThat(outcome(writer, statement)).isEqualTo(NOT_ALLOWED);
    }

    /** One row of commit 5 and one of commit 6. */
    @ParameterizedTest
    @CsvSource({
        // Commits that are taken back, what is deleted, whether that is allowed.
        "false, commit > 4, false",
        "false, commit > 5, false",
        "false, commit > 6, true",
        "commit > 5, commit > 5, true",
        "commit > 5, commit > 4, false",
        "commit > 5, true, false",
        "commit > 4, commit > 4, true",
        "commit > 4, commit > 5, true",
        // A hole is no rewind.
        "commit = 5, commit = 5, false"
    })
    void letTheWriterDeleteWhatARewindTakesBackAndNothingElse(
            String back, String which, boolean allowed) throws SQLException {
        try (PostgresServer.Database own = PostgresServer.migrated();
                LoginUser user = new LoginUser(own, "tallyflow_writer")) {
            try (Connection connection = own.connect();
                    Statement statement = connection.createStatement()) {
                for (String rows : ROWS_OF_5_AND_6) {
                    statement.execute(rows);
                }
            }
            for (String table : List.of("distinct_value", "usage_row", "adjustment_row")) {
                String transaction =
                        "update tallyflow.ledger_history set abandoned_in_epoch = 3 where %s;"
                                + " delete from tallyflow.%s where %s";
                assertThat(outcome(user, transaction.formatted(back, table, which)))
                        .as(table)
                        .isEqualTo(allowed ? "done" : NOT_ALLOWED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from tallyflow.usage",
                "select * from tallyflow.adjustment",
                "select * from tallyflow.progress",
                "select * from tallyflow.meter",
                "select * from tallyflow.query('tokens', group_by => '{subject}')",
                "select * from tallyflow.query('tokens', window_size => 'DAY',"
                        + " time_zone => 'Etc/GMT+1', subjects => '{s}', filter => '{}')",
                "select * from tallyflow.query('users', '2020-01-01Z', '2020-01-02Z')",
                "select * from tallyflow.reset",
                "select * from tallyflow.reset_in_force('tokens')",
                "select tallyflow.usage_since_reset('tokens', 's', '2020-01-01Z')"
            })
    void letTheReaderAndTheOperatorAsk(String question) throws SQLException {
        for (LoginUser user : List.of(reader, operator)) {
            try (Connection connection = user.connect();
                    Statement statement = connection.createStatement()) {
                assertThat(statement.execute(question)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                SAVEPOINT + "; " + RESET,
                SAVEPOINT
                        + "; "
                        + RESET
                        + "; update tallyflow.reset"
                        + " set undone_at = now(), undone_by = 'ann', undo_reason = 'mistake'",
                "select epoch, commit, checkpoint, abandoned_in_epoch from tallyflow.ledger_history"
            })
    void letTheOperatorTakeSavepointsAndReset(String statements) {
        assertThat(outcome(operator, statements)).isEqualTo("done");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update tallyflow.reset set at = now()",
                "update tallyflow.reset set meter = 'users'",
                "update tallyflow.reset set recorded_by = 'somebody else'",
                "insert into tallyflow.reset (id, at) values ('x', now())",
                "insert into tallyflow.reset (id, recorded_at) values ('x', now())",
                "delete from tallyflow.reset",
                "truncate tallyflow.reset",
                "alter table tallyflow.reset disable trigger all",
                "update tallyflow.savepoint set checkpoint = 0",
                "delete from tallyflow.savepoint",
                "insert into tallyflow.usage_row default values",
                "update tallyflow.usage_row set sum = 0",
                "delete from tallyflow.usage_row",
                "insert into tallyflow.adjustment_row default values",
                "update tallyflow.ledger set commit = 0",
                "select token from tallyflow.ledger",
                "update tallyflow.meter_definition set in_force = false",
                "insert into tallyflow.rewind default values",
                "create table tallyflow.mine (x int)",
                "select tallyflow.make_roles()",
                "select tallyflow.grant_operator_rights()"
            })
    void refuseTheOperatorEverythingElse(String statement) {
        assertThat(outcome(operator, statement)).isEqualTo(NOT_ALLOWED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into tallyflow.usage_row default values",
                "insert into tallyflow.adjustment_row default values",
                "insert into tallyflow.cell default values",
                "insert into tallyflow.layer default values",
                "insert into tallyflow.distinct_value default values",
                "insert into tallyflow.ledger (pipeline) values ('mine')",
                "insert into tallyflow.ledger_history default values",
                "insert into tallyflow.rewind default values",
                "insert into tallyflow.meter_definition default values",
                "update tallyflow.usage_row set sum = 0",
                "update tallyflow.adjustment_row set sum = 0",
                "update tallyflow.distinct_value set commit = 0",
                "update tallyflow.ledger set commit = 0",
                "update tallyflow.ledger_history set commit = 0",
                "update tallyflow.rewind set to_commit = 0",
                "update tallyflow.meter_definition set in_force = false",
                "update tallyflow.progress set commit = 0",
                "update tallyflow.meter set description = ''",
                "delete from tallyflow.usage_row",
                "delete from tallyflow.adjustment_row",
                "delete from tallyflow.distinct_value",
                "delete from tallyflow.ledger",
                "delete from tallyflow.meter_definition",
                "truncate tallyflow.adjustment_row",
                "create table tallyflow.mine (x int)",
                "drop view tallyflow.usage",
                "select token from tallyflow.ledger",
                "select * from tallyflow.ledger_history",
                "select * from tallyflow.rewind",
                "select * from tallyflow.savepoint",
                "select * from tallyflow.usage_row_default",
                "insert into tallyflow.reset default values",
                "update tallyflow.reset set undone_at = now(), undone_by = 'me'",
                "delete from tallyflow.reset",
                "select tallyflow.make_partitions(date '2030-01-01')"
            })
    void refuseTheReaderEveryWrite(String statement) {
        assertThat(outcome(reader, statement)).isEqualTo(NOT_ALLOWED);
    }

    @Test
    void letTheOwnerMakePartitionsThatTheOthersUse() throws SQLException {
        LocalDate until = LocalDate.now(ZoneOffset.UTC).plusMonths(8);
        assertThat(Migrations.makePartitions(owner.dataSource(), until)).isPositive();
        // Whoever makes partitions, they belong to the owner.
        assertThat(Migrations.makePartitions(database.dataSource(), until.plusMonths(2)))
                .isPositive();
        assertThat(
                        ask(
                                database.connect(),
                                """
                                select distinct pg_get_userbyid(relowner) from pg_class
                                where relnamespace = 'tallyflow'::regnamespace
                                    and relkind in ('r', 'p', 'v')
                                    and relname <> 'flyway_schema_history'
                                """))
                .containsExactly("tallyflow_owner");
        String newest = "tallyflow.partitions_until() - interval '1 day'";
        try (Connection connection = writer.connect()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(
                        """
                        insert into tallyflow.distinct_value (layer, cell, window_start, value_hash,
                            value, commit)
                        select 2, tallyflow.cell_of('users@1', 's', '{}'), %s,
                            tallyflow.cell_of('', '', ''), 'v', 1
                        """
                                .formatted(newest));
            }
            connection.rollback();
        }
        assertThat(
                        ask(
                                reader.connect(),
                                "select value::text from tallyflow.query('users', " + newest + ")"))
                .containsExactly("0");
    }

    @Test
    void letTheOwnerChangeTheSchemaAndMigrateAgain() throws SQLException {
        try (Connection connection = owner.connect()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("alter table tallyflow.ledger add column more int");
                statement.execute("create table tallyflow.another (x int)");
                statement.execute("drop table tallyflow.adjustment_row cascade");
                statement.execute("select 1 from tallyflow.flyway_schema_history");
            }
            connection.rollback();
        }
        Migrations.apply(owner.dataSource());
    }

    /** SQLSTATE, or "done". */
    private static String outcome(LoginUser user, String sql) {
        try (Connection connection = user.connect()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
            connection.rollback();
            return "done";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    static List<String> ask(Connection connection, String sql) throws SQLException {
        try (connection;
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> answers = new ArrayList<>();
            while (rows.next()) {
                answers.add(rows.getString(1));
            }
            return answers;
        }
    }

    @Test
    void letTheOperatorAskForMetersAndSayThemInOtherWords() throws SQLException {
        try (PostgresServer.Database own = PostgresServer.migrated();
                LoginUser user = new LoginUser(own, "tallyflow_operator")) {
            MeterRequests.apply(user.dataSource(), METERS, /* prune= */ false, null);
            RegisteredMeters.register(own.dataSource(), METERS);
            Meter meter = METERS.get(0);
            Meter described =
                    new Meter(
                            meter.slug(),
                            "in other words",
                            meter.eventType(),
                            meter.aggregation(),
                            meter.valuePath(),
                            meter.groupBy(),
                            meter.windowSize());
            MeterRequests.apply(user.dataSource(), List.of(described), /* prune= */ true, null);
            assertThat(ask(own.connect(), "select description from tallyflow.meter"))
                    .contains("in other words");
            assertThat(MeterRequests.retire(user.dataSource(), meter.slug(), null)).isPresent();
            assertThat(outcome(user, "delete from tallyflow.meter_request")).isEqualTo(NOT_ALLOWED);
            assertThat(outcome(user, "update tallyflow.meter_request set counts_to = now()"))
                    .isEqualTo(NOT_ALLOWED);
        }
    }

    /** A commit of one row, replaced by each commit, and one adjustment, added by each. */
    static CommitTransaction commit(
            CommitName name,
            CommitName previous,
            @Nullable RewindTarget rewind,
            int sum,
            boolean first) {
        UsageCell cell = new UsageCell("tokens", "s", "{}", 60_000, 120_000);
        Progress progress =
                Progress.of(
                        LaneCounts.inOrder(2, 2, 0, 0, 0, 0, 0, 2, 1, 0),
                        Map.of(0, name.checkpoint()),
                        60_000,
                        Map.of(),
                        60_000);
        byte[] rows =
                new RowsEncoder()
                        .encode(
                                new Rows(
                                        List.of(new UsageRow(cell, partial(sum), false, 0, first)),
                                        List.of(
                                                new Adjustment(
                                                        cell, AdjustmentReason.LATE, partial(sum))),
                                        List.of(new DistinctValue(cell, "value"))));
        return new CommitTransaction(
                "metering",
                Duration.ofMinutes(10),
                List.of(new CommitPart(name, previous, 0, 1, progress, rewind, rows)));
    }

    private static UsagePartial partial(int sum) {
        BigDecimal value = BigDecimal.valueOf(sum);
        return new UsagePartial(1, value, value, value, value, 60_000_000, "source", "id");
    }
}
