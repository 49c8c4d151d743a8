package io.tallyflow.integration.lake;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What somebody else sees in the lake: shares no code with those who write it. Finds the files with
 * readers of its own for Iceberg's metadata and Avro, and reads them with DuckDB, in memory. Each
 * table is a view of its name, as of when the reader was opened.
 */
public final class LakeReader implements AutoCloseable {

    private static final List<String> TABLES =
            List.of("events", "stale_events", "adjustments", "usage_distinct", "usage");

    private static final String LOCATION =
            """
            select metadata_location from iceberg_tables
            where table_namespace = 'tallyflow' and table_name = ?
            """;

    private final Connection duckdb;
    private final Map<String, TableFiles> tables = new TreeMap<>();

    private LakeReader() throws SQLException {
        duckdb = DriverManager.getConnection("jdbc:duckdb:");
        execute("set autoinstall_known_extensions = false");
        execute("set autoload_known_extensions = false");
        execute("create table file (location varchar)");
    }

    /** Reads the tables that a JDBC catalog knows. */
    public static LakeReader ofCatalog(Connection catalog) throws IOException, SQLException {
        LakeReader reader = new LakeReader();
        for (String table : TABLES) {
            try (PreparedStatement statement = catalog.prepareStatement(LOCATION)) {
                statement.setString(1, table);
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next()) {
                        throw new IOException("the catalog does not know " + table);
                    }
                    reader.add(table, TableFiles.path(row.getString(1)));
                }
            }
        }
        return reader;
    }

    /** Reads the tables in a warehouse folder, in the newest state that their folders have. */
    public static LakeReader ofWarehouse(Path warehouse) throws IOException, SQLException {
        LakeReader reader = new LakeReader();
        for (String table : TABLES) {
            Path folder = warehouse.resolve("tallyflow").resolve(table);
            reader.add(table, TableFiles.newestMetadata(folder));
        }
        return reader;
    }

    private void add(String table, Path metadata) throws IOException, SQLException {
        TableFiles files = TableFiles.of(metadata);
        tables.put(table, files);
        if (files.files().isEmpty()) {
            execute("create table " + table + columns(files));
            return;
        }
        execute("delete from file");
        try (PreparedStatement insert = duckdb.prepareStatement("insert into file values (?)")) {
            for (Path file : files.files()) {
                insert.setString(1, file.toString());
                insert.executeUpdate();
            }
        }
        execute("set variable " + table + " = (select list(location) from file)");
        // The days in the names of folders are no columns.
        execute(
                """
                create view %1$s as
                select * from read_parquet(
                    getvariable('%1$s'), hive_partitioning = false, union_by_name = true)
                """
                        .formatted(table));
    }

    private static String columns(TableFiles files) {
        return files.columns().entrySet().stream()
                .map(column -> column.getKey() + " " + type(column.getValue()))
                .collect(Collectors.joining(", ", " (", ")"));
    }

    private static String type(String iceberg) {
        return switch (iceberg) {
            case "string" -> "varchar";
            case "long" -> "bigint";
            // DuckDB calls int, timestamptz and decimal(38, 18) as Iceberg does.
            default -> iceberg;
        };
    }

    /** The live data files of a table. */
    public List<Path> files(String table) {
        return tables.get(table).files();
    }

    /** What the newest snapshot of a table says of itself. */
    public Map<String, String> summary(String table) {
        return tables.get(table).summary();
    }

    /** All rows of a table, in no order. */
    public List<Map<String, Object>> rows(String table) throws SQLException {
        if (!TABLES.contains(table)) {
            throw new IllegalArgumentException("the lake has no table " + table);
        }
        return query("select * from " + table);
    }

    /** The rows of a query in DuckDB's SQL over the tables: column name to value. */
    public List<Map<String, Object>> query(String sql) throws SQLException {
        try (Statement statement = duckdb.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            ResultSetMetaData columns = result.getMetaData();
            List<Map<String, Object>> rows = new ArrayList<>();
            while (result.next()) {
                Map<String, Object> row = new LinkedHashMap<>();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    row.put(columns.getColumnLabel(i), result.getObject(i));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = duckdb.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        duckdb.close();
    }
}
