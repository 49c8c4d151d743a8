package io.tallyflow.connectors.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ten days of a commit every ten minutes; the last was an arbitrary while ago. */
final class ThinHistoryTest {

    private static final String HISTORY =
            """
            insert into tallyflow.ledger_history (pipeline, epoch, commit, token, checkpoint,
                prev_token, prev_checkpoint, committed_at, offsets, consumed, metered, unmatched,
                duplicate, conflict, stale, rejected, readings, adjusted, ignored, reasons,
                usage_from, usage_until, abandoned_in_epoch)
            select 'metering', %1$s, n, %2$s, n, 7, n - 1,
                '2026-01-01 00:00Z'::timestamptz + n * interval '10 minutes', '{}',
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}',
                '2026-01-01 00:00Z'::timestamptz + n * interval '1 minute',
                '2026-01-01 00:00Z'::timestamptz + n * interval '2 minutes', %3$s
            from generate_series(%4$s) n
            """;

    private PostgresServer.Database database;
    private Connection connection;

    @BeforeEach
    void fill() throws SQLException {
        database = PostgresServer.migrated();
        connection = database.connect();
        execute(
                "insert into tallyflow.ledger (pipeline, commit, committed_at)"
                        + " values ('metering', 1440, '2026-01-11 00:00Z')");
        execute(HISTORY.formatted("0", "7", "null", "1, 1440"));
        // Taken back at once, on the first day and on the last.
        execute(HISTORY.formatted("1", "8", "2", "100, 102"));
        execute(HISTORY.formatted("1", "9", "2", "1400, 1402"));
        execute(
                """
                insert into tallyflow.savepoint (path, pipeline, checkpoint, after_epoch,
                    after_commit, job, format, stopped, taken_by)
                values ('file:/s', 'metering', 50, 0, 49, 'j', 'CANONICAL', false, 'ann')
                """);
    }

    @AfterEach
    void drop() throws SQLException {
        connection.close();
        database.close();
    }

    @Test
    void keepsTheLastSevenDaysWholeAndOneAnHourBeyond() throws SQLException {
        long left = Migrations.thinHistory(database.dataSource());
        assertThat(ask(count("committed_at >= '2026-01-04 00:00Z' and abandoned_in_epoch is null")))
                .containsExactly(Integer.toString(7 * 144 + 1));
        // Three days of 24 hours, and the one that a savepoint names.
        assertThat(ask(count("committed_at < '2026-01-04 00:00Z'")))
                .containsExactly(Integer.toString(3 * 24 + 1));
        assertThat(ask(count("commit = 50"))).containsExactly("1");
        assertThat(left).isEqualTo(431 - 73 + 3);
        assertThat(Migrations.thinHistory(database.dataSource())).as("again").isZero();
    }

    @Test
    void keepsTheCommitsThatASavepointStillHasToMake() throws SQLException {
        execute("update tallyflow.savepoint set after_commit = 44");
        Migrations.thinHistory(database.dataSource());
        assertThat(
                        ask(
                                "select commit from tallyflow.ledger_history where commit between 42 and 52"))
                .containsExactlyInAnyOrder("45", "46", "47", "48", "49", "50");
    }

    @Test
    void keepsTheLastCommitOfAStartThatWasShort() throws SQLException {
        execute("update tallyflow.ledger_history set token = 6 where commit in (120, 121)");
        Migrations.thinHistory(database.dataSource());
        assertThat(
                        ask(
                                "select commit from tallyflow.ledger_history where commit between 120 and 125"))
                .containsExactlyInAnyOrder("121", "125");
    }

    @Test
    void keepsTheNamesOfWhatWasTakenBack() throws SQLException {
        Migrations.thinHistory(database.dataSource());
        assertThat(
                        ask(
                                "select token || '-' || checkpoint || ' in ' || abandoned_in_epoch"
                                        + " from tallyflow.abandoned_commit order by 1"))
                .containsExactly("8-100 in 2", "8-101 in 2", "8-102 in 2");
        assertThat(ask(count("token = 9"))).containsExactly("3");
    }

    @Test
    void letsTheCommitThatStaysSayWhatAllOfItsHourWrote() throws SQLException {
        List<String> before = ask(range(47));
        Migrations.thinHistory(database.dataSource());
        assertThat(ask(range(47))).isEqualTo(before);
        // Commits 48 to 53 are of one hour, of which 50 and 53 stay.
        assertThat(
                        ask(
                                "select usage_from || ' ' || usage_until from tallyflow.ledger_history"
                                        + " where commit = 53"))
                .containsExactly("2026-01-01 00:48:00+00 2026-01-01 01:46:00+00");
    }

    @Test
    void countsFromTheLastCommitSoThatAJobThatStoodStillFindsItself() throws SQLException {
        execute("update tallyflow.ledger set committed_at = '2026-01-02 00:00Z'");
        assertThat(Migrations.thinHistory(database.dataSource())).isZero();
    }

    @Test
    void refusesToKeepLessThanAJobMayStandStill() {
        assertThatThrownBy(() -> ask("select tallyflow.thin_history('6 days')"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22023"))
                .hasMessageContaining("keep");
    }

    private static String count(String where) {
        return "select count(*) from tallyflow.ledger_history where " + where;
    }

    /** As a rewind asks. */
    private static String range(long target) {
        return "select min(usage_from) || ' ' || max(usage_until) from tallyflow.ledger_history"
                + " where commit > "
                + target
                + " and abandoned_in_epoch is null";
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> ask(String sql) throws SQLException {
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
