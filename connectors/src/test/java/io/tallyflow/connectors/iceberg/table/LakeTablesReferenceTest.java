package io.tallyflow.connectors.iceberg.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference has every column of every table, and every key of a snapshot. */
final class LakeTablesReferenceTest {

    private static final Path PAGE = Path.of("../docs/reference/lake-tables.md");

    @ParameterizedTest
    @EnumSource(LakeTable.class)
    void namesColumnsAsTheTableDoes(LakeTable table) throws IOException {
        List<String> rows = rowsOf("`" + table.tableName() + "`");
        List<Types.NestedField> columns = table.schema().columns();
        assertThat(rows).hasSameSizeAs(columns);
        for (int i = 0; i < columns.size(); i++) {
            assertThat(rows.get(i)).startsWith(row(columns.get(i)));
        }
    }

    @Test
    void namesTheKeysOfASnapshot(@TempDir Path warehouse) throws IOException {
        try (PostgresServer.Database database = PostgresServer.empty();
                SmallLake lake = new SmallLake(database, warehouse)) {
            Table table = lake.lake().table(LakeTable.EVENTS);
            AppendFiles nothing = table.newAppend();
            new SnapshotNote(Position.NONE, CommitName.NONE, 0, Position.NONE)
                    .writeTo(nothing, "metering");
            AttemptMark.fresh().writeTo(nothing);
            nothing.commit();
            assertThat(rowsOf("What stands in a snapshot's summary"))
                    .map(row -> row.split("`")[1])
                    .containsExactlyInAnyOrderElementsOf(
                            table.currentSnapshot().summary().keySet().stream()
                                    .filter(key -> key.startsWith("tallyflow."))
                                    .toList());
        }
    }

    private static String row(Types.NestedField column) {
        return "| `%s` | %s | %s | "
                .formatted(column.name(), column.type(), column.isRequired() ? "yes" : "no");
    }

    private static List<String> rowsOf(String section) throws IOException {
        return Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.equals("## " + section))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| `"))
                .toList();
    }
}
