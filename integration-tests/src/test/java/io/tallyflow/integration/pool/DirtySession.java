package io.tallyflow.integration.pool;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;

/**
 * Another application on the same pool, which thinks that a session is its own: it leaves settings,
 * prepared statements and temporary tables behind, in whichever session it gets.
 */
final class DirtySession implements AutoCloseable {

    private static final List<String> DIRT =
            List.of(
                    "set search_path = nowhere",
                    "set work_mem = '64kB'",
                    "set default_transaction_isolation = 'serializable'",
                    "set bytea_output = 'escape'",
                    "set lock_timeout = '1ms'",
                    "set statement_timeout = '1s'",
                    "set synchronous_commit = off",
                    "set enable_nestloop = off",
                    "set enable_indexscan = off",
                    // The name that the driver gives to the first statement that it prepares.
                    "deallocate all",
                    "prepare \"S_1\" as select 'not what was asked for'",
                    "prepare \"S_2\" as select 'not what was asked for'",
                    "create temporary table if not exists usage_row (commit text)",
                    "create temporary table if not exists cell (commit text)");

    private final Connection connection;
    private final Thread thread;
    private volatile boolean closed;
    private volatile long rounds;

    DirtySession(String url) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "tallyflow");
        properties.setProperty("prepareThreshold", "0");
        // No Parse and Bind, so that the names in the session are only those of the dirt.
        properties.setProperty("preferQueryMode", "simple");
        connection = DriverManager.getConnection(url, properties);
        thread = new Thread(this::run, "dirty session");
        thread.start();
    }

    private void run() {
        try (Statement statement = connection.createStatement()) {
            while (!closed) {
                for (String dirt : DIRT) {
                    statement.execute(dirt);
                }
                rounds++;
            }
        } catch (SQLException e) {
            // The pool was restarted. That it got so far is for the test to ask.
        }
    }

    /** How often everything was left behind. */
    long rounds() {
        return rounds;
    }

    @Override
    public void close() throws Exception {
        closed = true;
        thread.join();
        connection.close();
    }
}
