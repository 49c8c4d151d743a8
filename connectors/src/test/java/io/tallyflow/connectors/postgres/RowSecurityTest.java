package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Row security holds for the writer, too, who is not the owner of the tables. */
final class RowSecurityTest {

    private static final String ROWS =
            """
            select layer || ' ' || to_jsonb(usage_row)::text from tallyflow.usage_row
            order by cell, window_start
            """;

    private PostgresServer.Database database;
    private LoginUser writer;

    @BeforeEach
    void open() throws Exception {
        database = PostgresServer.migrated();
        writer = new LoginUser(database, "tallyflow_writer");
        RegisteredMeters.register(
                database.dataSource(),
                MeterFile.parse(
                        "meters.yaml",
                        """
                        meters:
                          - {slug: m, eventType: e, aggregation: LATEST, valueProperty: $.x}
                          - {slug: n, eventType: e, aggregation: COUNT}
                        """));
    }

    @AfterEach
    void drop() throws SQLException {
        writer.close();
        database.close();
    }

    @Test
    void newRowsAreWrittenAsWithoutIt() throws Exception {
        write(rows());
        List<String> copied = ask(ROWS);
        assertThat(copied).hasSize(4);
        execute("delete from tallyflow.usage_row");
        forceRowSecurity();
        write(rows());
        assertThat(ask(ROWS)).isEqualTo(copied);
    }

    @Test
    void aRowThatIsThereIsRefusedAsWithoutIt() throws Exception {
        write(rows());
        forceRowSecurity();
        assertThatThrownBy(() -> write(rows()))
                .isInstanceOf(SinkRefusedException.class)
                .hasMessageContaining("ROWS_DISAGREE");
    }

    private static List<UsageRow> rows() {
        return List.of(
                new UsageRow(
                        new UsageCell("m", "größe", "{}", 60_000, 120_000),
                        new UsagePartial(
                                3,
                                new BigDecimal("1.5"),
                                new BigDecimal("-2"),
                                new BigDecimal("12345678901234567890.000000000000000001"),
                                BigDecimal.ZERO,
                                7_000_001,
                                "source",
                                "id"),
                        true,
                        0,
                        true),
                row("n", "a", 0, 1),
                row("n", "a", 3, 2),
                row("n", "b", 0, 3));
    }

    private static UsageRow row(String meter, String subject, int shard, long readings) {
        return new UsageRow(
                new UsageCell(meter, subject, "{}", 60_000, 120_000),
                new UsagePartial(readings, null, null, null, null, 0, null, null),
                false,
                shard,
                true);
    }

    private void write(List<UsageRow> rows) throws Exception {
        try (Connection connection = writer.connect()) {
            connection.setAutoCommit(false);
            WrittenRows.write(connection, rows, List.of(), List.of());
            connection.commit();
        }
    }

    private void forceRowSecurity() throws SQLException {
        for (String table : List.of("cell", "usage_row", "adjustment_row", "distinct_value")) {
            execute("alter table tallyflow." + table + " enable row level security");
            execute(
                    "create policy job on tallyflow."
                            + table
                            + " to tallyflow_writer using (true) with check (true)");
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> ask(String sql) throws SQLException {
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
