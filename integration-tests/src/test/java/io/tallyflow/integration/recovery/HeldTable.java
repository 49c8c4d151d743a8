package io.tallyflow.integration.recovery;

import io.tallyflow.results.Question;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A table that nobody can write to while this is open, and everybody can read. */
final class HeldTable implements AutoCloseable {

    private final Connection connection;

    /**
     * Waits until it has the table.
     *
     * @param lock a statement that takes it
     */
    HeldTable(Connection connection, String lock) throws SQLException {
        this.connection = connection;
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(lock);
        }
    }

    /** How many wait for a lock of any kind. */
    int waiting() {
        try {
            return new Question<>(
                            "select count(*) from pg_locks where not granted", row -> row.getInt(1))
                    .one(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.rollback();
        connection.close();
    }
}
