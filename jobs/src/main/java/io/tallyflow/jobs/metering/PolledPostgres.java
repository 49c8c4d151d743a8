package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.postgres.session.DriverRelease;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.util.function.FunctionWithException;

/**
 * Postgres as it is asked again and again while the job runs. Keeps one connection, opened when it
 * is first asked; after a failure it opens another. For one thread.
 */
final class PolledPostgres implements Serializable, AutoCloseable {

    private static final long serialVersionUID = 1L;

    private final JdbcConnectionProvider connections;

    PolledPostgres(JdbcConnectionProvider connections) {
        this.connections = connections;
    }

    /**
     * Asks.
     *
     * @param question by the connection; it commits by itself
     */
    <T> T ask(FunctionWithException<Connection, T, SQLException> question)
            throws SQLException, ClassNotFoundException {
        try {
            return question.apply(connections.getOrEstablishConnection());
        } catch (SQLException e) {
            connections.closeConnection();
            throw e;
        }
    }

    @Override
    public void close() {
        connections.closeConnection();
        // It is asked in the process that builds jobs, with classes of each.
        new DriverRelease().run();
    }
}
