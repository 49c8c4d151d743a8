package io.tallyflow.connectors.postgres.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The database itself refuses what must never be committed. */
class TablesTest extends DatabaseTest {

    private static final String CHECK_VIOLATION = "23514";

    @ParameterizedTest
    @CsvSource({
        "usage_row, sum, NaN",
        "usage_row, min, NaN",
        "usage_row, max, Infinity",
        "usage_row, latest, NaN",
        "adjustment_row, sum, -Infinity",
        "adjustment_row, min, NaN",
        "adjustment_row, max, NaN",
        "adjustment_row, latest, Infinity"
    })
    void refusesWhatIsNotAFiniteNumber(String table, String column, String value) {
        assertThatThrownBy(() -> execute(row(table, column, "'" + value + "'")))
                .isInstanceOfSatisfying(SQLException.class, TablesTest::isCheck);
    }

    @ParameterizedTest
    @ValueSource(strings = {"usage_row", "adjustment_row"})
    void takesNumbersOfAnyLength(String table) {
        assertThatCode(() -> execute(row(table, "sum", "99999999999999999999.999999999999999999")))
                .doesNotThrowAnyException();
    }

    @Test
    void refusesAnAdjustmentForAnUnknownReason() {
        assertThatThrownBy(() -> execute(row("adjustment_row", "reason", "'whim'")))
                .isInstanceOfSatisfying(SQLException.class, TablesTest::isCheck);
    }

    @Test
    void refusesALedgerThatDoesNotAddUp() throws SQLException {
        execute(
                """
                insert into tallyflow.ledger (pipeline, consumed, metered, unmatched, duplicate,
                    conflict, stale, rejected) values ('p', 21, 1, 2, 3, 4, 5, 6)
                """);
        assertThat(
                        column(
                                "select concat_ws('|', commit, epoch, consumed, offsets)"
                                        + " from tallyflow.progress"))
                .containsExactly("0|0|21|{}");
        assertThatThrownBy(() -> execute("update tallyflow.ledger set consumed = 22"))
                .isInstanceOfSatisfying(SQLException.class, TablesTest::isCheck)
                .hasMessageContaining("ledger_conserves_records");
    }

    @Test
    void refusesAHistoryThatDoesNotAddUp() {
        assertThatThrownBy(
                        () ->
                                execute(
                                        """
                                        insert into tallyflow.ledger_history values ('p', 0, 1, 7,
                                            1, 0, 0, now(), null, null, '{}', 1, 0, 0, 0, 0, 0, 0, 0, 0,
                                            0, '{}', null, 0, null, null)
                                        """))
                .isInstanceOfSatisfying(SQLException.class, TablesTest::isCheck)
                .hasMessageContaining("ledger_history_conserves_records");
    }

    @Test
    void knowsANameOfACommitOnce() throws SQLException {
        String history =
                """
                insert into tallyflow.ledger_history values ('p', 0, %d, 7, 1, 0, 0, now(), null,
                    null, '{}', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}', null, 0, null, null)
                """;
        execute(history.formatted(1));
        assertThatThrownBy(() -> execute(history.formatted(2)))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        error -> assertThat(error.getSQLState()).isEqualTo("23505"))
                .hasMessageContaining("ledger_history_name");
    }

    @Test
    void countsRewindsForward() {
        assertThatThrownBy(
                        () ->
                                execute(
                                        "insert into tallyflow.rewind values"
                                                + " ('p', 1, 1, 5, 3, now())"))
                .isInstanceOfSatisfying(SQLException.class, TablesTest::isCheck);
    }

    /** A statement that inserts a good row but for one column. */
    private static String row(String table, String column, String value) {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("layer", "1");
        columns.put("cell", "tallyflow.cell_of('m@1', 's', '{}')");
        columns.put("window_start", "'2023-05-05 10:00Z'");
        columns.put("readings", "1");
        columns.put("latest", "1");
        columns.put("latest_at", "'2023-05-05 10:00Z'");
        columns.put("commit", "1");
        if (table.equals("usage_row")) {
            columns.put("settled", "true");
            columns.put("shard", "0");
        } else {
            columns.put("reason", "'late'");
            columns.put("checkpoint", "1");
            columns.put("committed_at", "now()");
        }
        columns.put(column, value);
        return "insert into tallyflow.%s (%s) values (%s)"
                .formatted(
                        table,
                        String.join(", ", columns.keySet()),
                        String.join(", ", columns.values()));
    }

    private static void isCheck(SQLException error) {
        assertThat(error.getSQLState()).isEqualTo(CHECK_VIOLATION);
    }
}
