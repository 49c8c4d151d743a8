package io.tallyflow.integration.protocol;

import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.results.PostgresAddress;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.connector.jdbc.datasource.connections.SimpleJdbcConnectionProvider;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/** A Postgres server of the test's own, with the schema in one database. */
final class ProtocolDatabase implements AutoCloseable {

    private static final String NAME = "protocol";

    private final EmbeddedPostgres server;

    ProtocolDatabase() throws IOException, SQLException {
        Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
        server =
                EmbeddedPostgres.builder()
                        .setDataDirectory(Files.createTempDirectory(target, "protocol-postgres"))
                        .setOverrideWorkingDirectory(target.resolve("postgres-binaries").toFile())
                        .setCleanDataDirectory(true)
                        .start();
        admin("create database " + NAME);
        Flyway.configure()
                .dataSource(url(), "postgres", "")
                .schemas("tallyflow")
                .locations("classpath:io/tallyflow/schemas/postgres/migration")
                .load()
                .migrate();
        askForMeters();
    }

    /** Connections for a sink, which the test can break. */
    Faults connections() {
        return new Faults(provider());
    }

    private JdbcConnectionProvider provider() {
        return new SimpleJdbcConnectionProvider(
                new JdbcConnectionOptions.JdbcConnectionOptionsBuilder()
                        .withUrl(url())
                        .withDriverName("org.postgresql.Driver")
                        .withUsername("postgres")
                        .withPassword("")
                        .build());
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), "postgres", "");
    }

    /** Empties all tables. */
    void clear() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String table :
                    new String[] {
                        "patched_usage",
                        "patched_adjustment",
                        "patched_value",
                        "patch_window",
                        "void_event",
                        "void_look",
                        "counting_run",
                        "usage_row",
                        "adjustment_row",
                        "distinct_value",
                        "ledger",
                        "ledger_history",
                        "rewind",
                        "cell",
                        "layer",
                        "meter_definition",
                        "meter_request",
                        "meter_file"
                    }) {
                statement.addBatch("delete from tallyflow." + table);
            }
            statement.executeBatch();
        }
        askForMeters();
    }

    private void askForMeters() throws SQLException {
        MeterRequests.take(dataSource(), UsageLog.meters());
    }

    /** For whoever asks for meters. */
    DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url());
        source.setUser("postgres");
        return source;
    }

    /**
     * Keeps a copy of the database as it is. Whoever is connected is cut off: a session whose
     * client was cut off by an earlier test may not have noticed yet.
     */
    void copyTo(String copy) throws SQLException {
        admin(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '"
                        + NAME
                        + "'");
        admin("drop database if exists " + copy);
        admin("create database " + copy + " template " + NAME);
    }

    /** Puts the copy in the place of the database; whoever is connected is cut off. */
    void setBackTo(String copy) throws SQLException {
        admin("drop database " + NAME + " with (force)");
        admin("alter database " + copy + " rename to " + NAME);
    }

    private void admin(String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** As its owner reaches it. */
    PostgresAddress address() {
        return new PostgresAddress(url(), "postgres", null);
    }

    private String url() {
        return server.getJdbcUrl("postgres", NAME);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
