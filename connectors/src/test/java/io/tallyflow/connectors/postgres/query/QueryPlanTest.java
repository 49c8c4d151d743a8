package io.tallyflow.connectors.postgres.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.WindowSize;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which partitions a query touches and how. Planning locks every partition that it has not pruned,
 * and a transaction sees its own locks and scans; both are exact and immediate, unlike statistics.
 */
class QueryPlanTest {

    private static PostgresServer.Database database;

    /** One that has a partition of its own, whenever the test runs. */
    private static String year;

    @BeforeAll
    static void fill() throws SQLException {
        database = PostgresServer.migrated();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            year = strings(connection, "select extract(year from now())::int - 2").get(0);
            for (Aggregation aggregation : Aggregation.values()) {
                connection.setAutoCommit(false);
                RegisteredMeters.register(
                        connection,
                        List.of(
                                Meters.meter(
                                        "m" + aggregation.ordinal(),
                                        aggregation,
                                        WindowSize.MINUTE)));
                connection.commit();
            }
            // A quarter of an hour of each day of three months, for thirty subjects.
            statement.execute(
                    """
                    insert into tallyflow.cell (layer, cell, subject, group_by)
                    select l.layer, tallyflow.cell_of(l.name, 'subject-' || s, '{}'),
                        'subject-' || s, '{}'
                    from tallyflow.layer l, generate_series(1, 30) s where l.slug = 'm0'
                    """);
            statement.execute(
                    """
                    insert into tallyflow.usage_row (layer, cell, window_start, shard, readings,
                        sum, settled, commit)
                    select (select layer from tallyflow.layer where slug = 'm0'),
                        tallyflow.cell_of('m0@1', 'subject-' || s, '{}'),
                        d + m * interval '1 minute', 0, 1, 1, true, 1
                    from generate_series(1, 30) s, generate_series(0, 14) m, generate_series(
                        '%1$s-04-01 00:00Z'::timestamptz, '%1$s-06-30 00:00Z', '1 day') d
                    """
                            .formatted(year));
            connection.commit();
            connection.setAutoCommit(true);
            statement.execute("vacuum analyze tallyflow.usage_row, tallyflow.cell");
        }
    }

    @AfterAll
    static void drop() {
        database.close();
    }

    @ParameterizedTest
    @EnumSource(Aggregation.class)
    void touchesOnlyThePartitionsOfTheRangeAlsoTheTenthTime(Aggregation aggregation)
            throws SQLException {
        String call =
                "select * from tallyflow.query('m%d', %s, window_size => 'DAY')"
                        .formatted(aggregation.ordinal(), range("05-05", "05-06"));
        try (Connection connection = database.connect()) {
            for (int i = 0; i < 9; i++) {
                strings(connection, call);
            }
            connection.setAutoCommit(false);
            strings(connection, call);
            assertThat(lockedPartitions(connection))
                    .isNotEmpty()
                    .allMatch(partition -> partition.endsWith("_y" + year));
        }
    }

    @Test
    void touchesOnlyThePartitionsOfTheRangeWhenTheTimesComeAsParameters() throws SQLException {
        QueryCall query =
                QueryCall.of("m0").between(year + "-05-05T00:00:00Z", year + "-05-06T00:00:00Z");
        try (Connection connection = database.connect()) {
            for (int i = 0; i < 9; i++) {
                query.rows(connection);
            }
            connection.setAutoCommit(false);
            query.rows(connection);
            assertThat(lockedPartitions(connection))
                    .isNotEmpty()
                    .allMatch(partition -> partition.endsWith("_y" + year));
        }
    }

    @Test
    void readsAMonthOfOneSubjectAsOneRangeOfAnIndex() throws SQLException {
        assertThat(
                        rowsRead(
                                "select * from tallyflow.query('m0', "
                                        + range("05-01", "06-01")
                                        + ", subjects => '{subject-7}')"))
                .isEqualTo(31 * 15);
    }

    @Test
    void readsADayOfAllSubjectsAsOneRangeOfAnIndex() throws SQLException {
        assertThat(rowsRead("select * from tallyflow.query('m0', " + range("05-05", "05-06") + ")"))
                .isEqualTo(30 * 15);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", 'DAY'", ", 'MONTH', 'Europe/Berlin'"})
    void readsNoCellsForTotalsOfAllSubjectsTogether(String windows) throws SQLException {
        assertThat(
                        cellsRead(
                                "select tallyflow.query('m0', '%1$s-05-01 00:00Z', '%1$s-06-01 00:00Z'%2$s)"
                                        .formatted(year, windows)))
                .isZero();
    }

    @Test
    void readsOneCellOfTheUsageViewByItsKey() throws SQLException {
        assertThat(
                        rowsRead(
                                "select * from tallyflow.usage where meter = 'm0'"
                                        + " and subject = 'subject-7'"
                                        + " and window_start = '"
                                        + year
                                        + "-05-05 00:00Z'"))
                .isEqualTo(1);
    }

    private static String range(String from, String to) {
        return "\"from\" => '%1$s-%2$s 00:00Z', \"to\" => '%1$s-%3$s 00:00Z'"
                .formatted(year, from, to);
    }

    /** Rows that a statement fetched from usage rows, none of them by reading a whole table. */
    private static long rowsRead(String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            strings(connection, sql);
            List<String> read =
                    strings(
                            connection,
                            """
                            select sum(case when seq_tup_read > 0 then -1000000
                                else coalesce(idx_tup_fetch, 0) end)
                            from pg_stat_xact_user_tables
                            where schemaname = 'tallyflow' and relname like 'usage\\_row%'
                            """);
            return Long.parseLong(read.get(0));
        }
    }

    /** Rows that a statement read of cells, and scans of any kind. */
    private static long cellsRead(String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            assertThat(strings(connection, sql)).isNotEmpty();
            return Long.parseLong(
                    strings(
                                    connection,
                                    """
                                    select seq_scan + seq_tup_read + idx_scan + idx_tup_fetch
                                    from pg_stat_xact_user_tables
                                    where schemaname = 'tallyflow' and relname = 'cell'
                                    """)
                            .get(0));
        }
    }

    private static List<String> lockedPartitions(Connection connection) throws SQLException {
        return strings(
                connection,
                """
                select distinct c.relname
                from pg_locks l join pg_class c on c.oid = l.relation
                where l.pid = pg_backend_pid() and c.relkind = 'r' and c.relispartition
                """);
    }

    private static List<String> strings(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> result = new ArrayList<>();
            while (rows.next()) {
                result.add(rows.getString(1));
            }
            return result;
        }
    }
}
