package io.tallyflow.connectors.postgres.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.WindowSize;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Years of history do not make a query slower: it reads the rows of its range and no others, in the
 * tenth call of a session too. Rows are counted by the server, to the row.
 */
class QueryRangeTest {

    private static final int MINUTES_OF_APRIL = 30 * 24 * 60;
    private static final int OTHERS = 20;
    private static final int WINDOWS_A_DAY = 8;

    private static PostgresServer.Database database;

    /** Two of the years that have partitions, whenever the test runs. */
    private static int year;

    @BeforeAll
    static void fill() throws SQLException {
        database = PostgresServer.migrated();
        RegisteredMeters.register(
                database.dataSource(),
                List.of(Meters.meter("m", Aggregation.SUM, WindowSize.MINUTE)));
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            year = (int) number(connection, "select extract(year from now())::int - 2");
            // One subject, every minute of one month ...
            insert(statement, "select 'busy'", "%1$d-04-01", "%1$d-04-30 23:59", "1 minute");
            // ... and every three hours of three years of the others.
            insert(
                    statement,
                    "select 'other-' || s from generate_series(1, " + OTHERS + ") s",
                    "%2$d-01-01",
                    "%3$d-12-31 21:00",
                    "3 hours");
            statement.execute("vacuum analyze tallyflow.usage_row, tallyflow.cell");
        }
    }

    @AfterAll
    static void drop() {
        database.close();
    }

    @Test
    void readsAMonthOfMinutesOfOneSubject() throws SQLException {
        assertReads(
                QueryCall.of("m")
                        .between(day("04-01"), day("05-01"))
                        .ofSubjects("busy")
                        .by("DAY")
                        .in("Europe/Berlin"),
                31,
                MINUTES_OF_APRIL);
    }

    @Test
    void readsADayOfAllSubjects() throws SQLException {
        assertReads(
                QueryCall.of("m").between(day("04-10"), day("04-11")).groupedBy("subject"),
                OTHERS + 1,
                24 * 60 + OTHERS * WINDOWS_A_DAY);
    }

    @Test
    @Timeout(60)
    void listsNoWindowsOfThousandsOfYearsWithoutUsage() throws SQLException {
        String early = "0001-01-01T00:00:00Z";
        String late = "9999-12-31T00:00:00Z";
        try (Connection connection = database.connect()) {
            QueryCall hours = QueryCall.of("m").by("HOUR").in("Asia/Kolkata");
            List<AnswerRow> rows = hours.between(day("04-10"), day("04-12")).rows(connection);
            // A range that cuts a window counts a part of it.
            assertThat(hours.between(early, day("04-12")).rows(connection))
                    .endsWith(rows.subList(1, rows.size()).toArray(new AnswerRow[0]));
            assertThat(hours.between(day("04-10"), late).rows(connection))
                    .startsWith(rows.subList(0, rows.size() - 1).toArray(new AnswerRow[0]));
            assertThat(hours.between("2500-01-01T00:00:00Z", late).rows(connection)).isEmpty();
            for (QueryCall query : List.of(hours, QueryCall.of("m").by("DAY").in("Asia/Kolkata"))) {
                assertThat(query.between(early, late).rows(connection))
                        .isEqualTo(query.between((Instant) null, null).rows(connection))
                        .isNotEmpty();
            }
        }
    }

    /** Of ten calls in one session the last one; every row counts 1. */
    private static void assertReads(QueryCall query, int answers, int read) throws SQLException {
        try (Connection connection = database.connect()) {
            for (int i = 0; i < 9; i++) {
                query.rows(connection);
            }
            connection.setAutoCommit(false);
            // What the server has not yet added to its statistics counts as of this transaction.
            long before = rowsRead(connection);
            List<BigDecimal> values = query.values(connection);
            assertThat(values).hasSize(answers);
            assertThat(values.stream().reduce(BigDecimal.ZERO, BigDecimal::add))
                    .isEqualByComparingTo(BigDecimal.valueOf(read));
            assertThat(rowsRead(connection) - before).isEqualTo(read);
        }
    }

    /** By an index or not, of usage rows in this session, lately. */
    private static long rowsRead(Connection connection) throws SQLException {
        return number(
                connection,
                """
                select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))
                from pg_stat_xact_user_tables
                where schemaname = 'tallyflow' and relname like 'usage\\_row%'
                """);
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void insert(
            Statement statement, String subjects, String from, String to, String step)
            throws SQLException {
        String first = from.formatted(year, year - 1, year + 1);
        String last = to.formatted(year, year - 1, year + 1);
        statement.execute(
                """
                insert into tallyflow.cell (layer, cell, subject, group_by)
                select l.layer, tallyflow.cell_of(l.name, s, '{}'), s, '{}'
                from (%s) x (s) cross join tallyflow.layer l
                """
                        .formatted(subjects));
        statement.execute(
                """
                insert into tallyflow.usage_row (layer, cell, window_start, shard, readings, sum,
                    settled, commit)
                select l.layer, tallyflow.cell_of(l.name, s, '{}'), t, 0, 1, 1, true, 1
                from tallyflow.layer l,
                    generate_series('%sZ'::timestamptz, '%sZ', '%s') t, (%s) x (s)
                """
                        .formatted(
                                first.length() > 10 ? first : first + " 00:00",
                                last,
                                step,
                                subjects));
    }

    private static String day(String monthAndDay) {
        return year + "-" + monthAndDay + "T00:00:00Z";
    }
}
