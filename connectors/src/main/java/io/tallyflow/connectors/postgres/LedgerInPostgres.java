package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.refusal.CommitLedger;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.jspecify.annotations.Nullable;

/** Reads the history of the ledger; never waits for whoever is writing to it. */
public final class LedgerInPostgres implements CommitLedger {

    private static final long serialVersionUID = 1L;

    /**
     * All commits of one start are of one epoch and follow each other: a later one says of an
     * earlier one that it was made, even if the history does not know it by itself any more.
     */
    private static final String FIND =
            """
            select epoch, abandoned from (
                (select epoch, abandoned_in_epoch is not null as abandoned, checkpoint
                from tallyflow.ledger_history
                where pipeline = ? and token = ? and checkpoint >= ?
                order by checkpoint limit 1)
                union all
                (select epoch, true, checkpoint
                from tallyflow.abandoned_commit
                where pipeline = ? and token = ? and checkpoint >= ?
                order by checkpoint limit 1)) as known
            order by checkpoint limit 1
            """;

    private static final String EMPTY =
            "select not exists (select from tallyflow.ledger where pipeline = ? and commit > 0)";

    private final JdbcConnectionProvider connections;
    private final String pipeline;

    /**
     * The ledger of one pipeline.
     *
     * @param connections where it is; opened when it is first asked
     */
    public LedgerInPostgres(JdbcConnectionProvider connections, String pipeline) {
        this.connections = connections;
        this.pipeline = pipeline;
    }

    @Override
    public @Nullable CommitStanding find(CommitName name) throws IOException {
        return ask(connection -> find(name, connection));
    }

    @Override
    public boolean isEmpty() throws IOException {
        return Boolean.TRUE.equals(ask(this::isEmpty));
    }

    /** What is asked of the connection. */
    @FunctionalInterface
    private interface Question<T> {
        @Nullable T put(Connection connection) throws SQLException;
    }

    private <T> @Nullable T ask(Question<T> question) throws IOException {
        try {
            Connection connection = connections.getOrEstablishConnection();
            connection.setAutoCommit(true);
            return question.put(connection);
        } catch (SQLException e) {
            connections.closeConnection();
            throw new IOException("the ledger cannot be asked: " + e.getMessage(), e);
        } catch (ClassNotFoundException e) {
            throw new IOException("the Postgres driver is not on the class path", e);
        }
    }

    private boolean isEmpty(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EMPTY)) {
            statement.setString(1, pipeline);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private @Nullable CommitStanding find(CommitName name, Connection connection)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setString(1, pipeline);
            statement.setLong(2, name.token());
            statement.setLong(3, name.checkpoint());
            statement.setString(4, pipeline);
            statement.setLong(5, name.token());
            statement.setLong(6, name.checkpoint());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new CommitStanding(row.getLong(1), row.getBoolean(2)) : null;
            }
        }
    }

    @Override
    public void close() {
        connections.closeConnection();
    }
}
