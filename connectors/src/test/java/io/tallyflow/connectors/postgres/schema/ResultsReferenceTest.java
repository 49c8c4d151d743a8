package io.tallyflow.connectors.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference has every column that consumers rely on, as the database describes it. */
final class ResultsReferenceTest {

    private static final Path PAGE = Path.of("../docs/reference/results.md");

    private static final String COLUMNS =
            """
            select format('| `%s` | %s |', a.attname, format_type(a.atttypid, a.atttypmod)),
                format(' %s |', col_description(a.attrelid, a.attnum))
            from pg_attribute a
            where a.attrelid = ?::regclass and a.attnum > 0 and not a.attisdropped
            order by a.attnum
            """;

    private PostgresServer.Database database;

    @BeforeEach
    void create() {
        database = PostgresServer.migrated();
    }

    @AfterEach
    void drop() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tallyflow.usage",
                "tallyflow.adjustment",
                "tallyflow.progress",
                "tallyflow.meter",
                "tallyflow.meter_version",
                "tallyflow.reset"
            })
    void describesColumnsAsTheDatabaseDoes(String relation) throws IOException, SQLException {
        assertThat(rowsOf(relation)).containsExactlyElementsOf(columns(relation, true));
    }

    @Test
    void namesTheColumnsOfAnAnswer() throws IOException, SQLException {
        List<String> columns = columns("tallyflow.query_row", false);
        List<String> rows = rowsOf("tallyflow.query");
        List<String> last = rows.subList(rows.size() - columns.size(), rows.size());
        for (int i = 0; i < columns.size(); i++) {
            assertThat(last.get(i)).startsWith(columns.get(i));
        }
    }

    private static List<String> rowsOf(String section) throws IOException {
        return Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.equals("## `" + section + "`"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| `"))
                .toList();
    }

    private List<String> columns(String relation, boolean described) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setString(1, relation);
            try (ResultSet column = statement.executeQuery()) {
                List<String> columns = new ArrayList<>();
                while (column.next()) {
                    columns.add(column.getString(1) + (described ? column.getString(2) : ""));
                }
                return columns;
            }
        }
    }
}
