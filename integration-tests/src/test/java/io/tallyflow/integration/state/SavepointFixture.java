package io.tallyflow.integration.state;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.schema.Migrations;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.flywaydb.core.Flyway;
import org.postgresql.PGConnection;

/**
 * A savepoint that some version wrote, with all that it takes to go on from it: the tables of
 * Postgres as they stood then, under the schema of then, the definitions, the stream, and what all
 * of it comes to.
 *
 * <pre>
 * savepoint/...    the savepoint's directory
 * tables/NAME.csv  the rows of a table, with a header
 * schema           number of the newest migration of then
 * meters.yaml      the definitions
 * records          the stream, a {@link SentRecord} per line
 * truth            a {@link ScenarioTruth}
 * </pre>
 */
final class SavepointFixture {

    /** Everything that a commit writes and a start reads. */
    private static final List<String> TABLES =
            List.of(
                    "meter_request",
                    "meter_file",
                    "meter_definition",
                    "layer",
                    "cell",
                    "usage_row",
                    "adjustment_row",
                    "distinct_value",
                    "ledger",
                    "ledger_history");

    private static final String SAVEPOINT = "savepoint/";
    private static final String MIGRATION = "classpath:io/tallyflow/schemas/postgres/migration";

    private final TreeMap<String, byte[]> files;

    private SavepointFixture(TreeMap<String, byte[]> files) {
        this.files = files;
    }

    /** Takes one of a job that stands at its savepoint. */
    static SavepointFixture of(
            Path savepoint,
            Connection database,
            String meters,
            List<SentRecord> records,
            ScenarioTruth truth)
            throws IOException, SQLException {
        SavepointFixture fixture = new SavepointFixture(new TreeMap<>());
        try (Stream<Path> parts = Files.list(savepoint)) {
            for (Path part : parts.toList()) {
                fixture.files.put(SAVEPOINT + part.getFileName(), Files.readAllBytes(part));
            }
        }
        for (String table : TABLES) {
            fixture.files.put(file(table), dump(database, table));
        }
        fixture.put("schema", List.of(schema(database)));
        fixture.put("meters.yaml", List.of(meters.stripTrailing()));
        fixture.put("records", records.stream().map(SentRecord::line).toList());
        fixture.put("truth", truth.lines());
        return fixture;
    }

    private void put(String name, List<String> lines) {
        files.put(name, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String file(String table) {
        return "tables/" + table + ".csv";
    }

    private static byte[] dump(Connection database, String table) throws IOException, SQLException {
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        database.unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut(
                        "copy (select * from tallyflow.%s) to stdout with (format csv, header)"
                                .formatted(table),
                        rows);
        return rows.toByteArray();
    }

    private static String schema(Connection database) throws SQLException {
        try (var statement = database.createStatement();
                var row =
                        statement.executeQuery(
                                "select max(version::int) from tallyflow.flyway_schema_history")) {
            row.next();
            return row.getString(1);
        }
    }

    static SavepointFixture read(Path file) throws IOException {
        TreeMap<String, byte[]> files = new TreeMap<>();
        try (InputStream bytes = Files.newInputStream(file);
                ZipInputStream zip = new ZipInputStream(bytes)) {
            for (ZipEntry next = zip.getNextEntry(); next != null; next = zip.getNextEntry()) {
                files.put(next.getName(), zip.readAllBytes());
            }
        }
        return new SavepointFixture(files);
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (OutputStream bytes = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String name : files.navigableKeySet()) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(files.get(name));
                zip.closeEntry();
            }
        }
    }

    private List<String> lines(String name) {
        return new String(files.get(name), StandardCharsets.UTF_8).lines().toList();
    }

    /** Unpacks the savepoint; its directory, which is another one than it was written to. */
    Path savepoint(Path directory) throws IOException {
        Path savepoint = Files.createDirectories(directory.resolve("unpacked"));
        for (String name : files.tailMap(SAVEPOINT).keySet()) {
            if (name.startsWith(SAVEPOINT)) {
                Files.write(savepoint.resolve(name.substring(SAVEPOINT.length())), files.get(name));
            }
        }
        return savepoint;
    }

    /** A new database that stands where that of then stood, brought up to date since. */
    PostgresServer.Database database() throws IOException, SQLException {
        PostgresServer.Database database = PostgresServer.empty();
        Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(database.dataSource())
                .locations(MIGRATION)
                .defaultSchema(Migrations.SCHEMA)
                .schemas(Migrations.SCHEMA)
                .createSchemas(true)
                .placeholderReplacement(false)
                .target(lines("schema").get(0))
                .load()
                .migrate();
        try (Connection connection = database.connect()) {
            for (String table : TABLES) {
                load(connection, table);
            }
            goOnCounting(connection);
        }
        Migrations.apply(database.dataSource());
        return database;
    }

    /** As a copy of a database does. */
    private static void goOnCounting(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "select setval(pg_get_serial_sequence('tallyflow.meter_request', 'request'),"
                            + " (select max(request) from tallyflow.meter_request))");
            statement.execute(
                    "select setval(pg_get_serial_sequence('tallyflow.meter_file', 'taken'),"
                            + " (select max(taken) from tallyflow.meter_file))");
        }
    }

    private void load(Connection connection, String table) throws IOException, SQLException {
        byte[] rows = files.get(file(table));
        String columns = lines(file(table)).get(0);
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn(
                        "copy tallyflow.%s (%s) from stdin with (format csv, header)"
                                .formatted(table, columns),
                        new ByteArrayInputStream(rows));
    }

    String meters() {
        return new String(files.get("meters.yaml"), StandardCharsets.UTF_8);
    }

    List<SentRecord> records() {
        return lines("records").stream().map(SentRecord::ofLine).toList();
    }

    ScenarioTruth truth() {
        return ScenarioTruth.ofLines(lines("truth"));
    }
}
