package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.session.Outage;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Administrators give roles limits that suit people who ask, and that no commit could live with.
 */
final class PresetSessionTest {

    private static final List<String> PRESETS =
            List.of(
                    "statement_timeout = '50ms'",
                    "lock_timeout = '1ms'",
                    "transaction_timeout = '60ms'",
                    "synchronous_commit = off",
                    "default_transaction_isolation = 'serializable'",
                    "work_mem = '64kB'");

    private PostgresServer.Database database;
    private LoginUser writer;

    @BeforeEach
    void preset() throws SQLException {
        database = PostgresServer.migrated();
        writer = new LoginUser(database, "tallyflow_writer");
        for (String preset : PRESETS) {
            if (isKnown(preset.substring(0, preset.indexOf(' ')))) {
                execute("alter role " + writer.name() + " set " + preset);
            }
        }
    }

    @AfterEach
    void drop() throws SQLException {
        writer.close();
        database.close();
    }

    @Test
    void aCommitTakesTheTimeThatItNeedsAndIsFlushed() throws Exception {
        assertThatThrownBy(() -> slow(writer.connect())).isInstanceOf(SQLException.class);
        try (PostgresSession session =
                new PostgresSession(
                        writer.connections(),
                        Duration.ofSeconds(20),
                        new Outage(new SimpleCounter(), System::nanoTime))) {
            assertThat(session.run(PresetSessionTest::slow))
                    .containsEntry("statement_timeout", "0")
                    .containsEntry("lock_timeout", "30s")
                    .containsEntry("synchronous_commit", "on")
                    .containsEntry("transaction_isolation", "read committed")
                    .containsEntry("work_mem", "64MB");
        }
    }

    @Test
    void aCommitWaitsForStandbysWhereTheServerAsksForThat() throws Exception {
        execute("alter role " + writer.name() + " set synchronous_commit = remote_apply");
        try (PostgresSession session =
                new PostgresSession(
                        writer.connections(),
                        Duration.ofSeconds(20),
                        new Outage(new SimpleCounter(), System::nanoTime))) {
            assertThat(session.run(PresetSessionTest::slow))
                    .containsEntry("synchronous_commit", "remote_apply");
        }
    }

    /** Longer than any of the limits; afterwards the settings are read. */
    private static TreeMap<String, String> slow(Connection connection) throws SQLException {
        TreeMap<String, String> settings = new TreeMap<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_sleep(0.2)");
            try (ResultSet rows =
                    statement.executeQuery("select name, current_setting(name) from pg_settings")) {
                while (rows.next()) {
                    settings.put(rows.getString(1), rows.getString(2));
                }
            }
        }
        return settings;
    }

    private boolean isKnown(String setting) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "select count(*) from pg_settings where name = '"
                                        + setting
                                        + "'")) {
            row.next();
            return row.getLong(1) > 0;
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
