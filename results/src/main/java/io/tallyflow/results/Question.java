package io.tallyflow.results;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A statement of SQL and what becomes of each row of its answer.
 *
 * @param <T> what a row is read as
 * @param sql with a {@code ?} for each parameter
 * @param row reads the row that the result set stands at
 */
public record Question<T>(String sql, Row<T> row) {

    /** Reads a row. */
    @FunctionalInterface
    public interface Row<T> {

        /** What the row that the result set stands at says. */
        T read(ResultSet row) throws SQLException;
    }

    /** Of a long answer the driver holds no more of them at once. */
    private static final int ROWS_AT_ONCE = 10_000;

    private static final int ALL_AT_ONCE = 0;

    /**
     * All rows of the answer, in its order.
     *
     * @param parameters texts, numbers, truth values, times with an offset, and nulls
     */
    public List<T> all(Connection connection, @Nullable Object... parameters) throws SQLException {
        List<T> all = new ArrayList<>();
        read(connection, ALL_AT_ONCE, all::add, parameters);
        return all;
    }

    /**
     * Hands over the rows of a long answer one by one.
     *
     * @param connection within a transaction: only there does the driver not hold all of them
     * @param parameters as of {@link #all}
     */
    public void each(Connection connection, Consumer<T> rows, @Nullable Object... parameters)
            throws SQLException {
        read(connection, ROWS_AT_ONCE, rows, parameters);
    }

    private void read(
            Connection connection, int rowsAtOnce, Consumer<T> to, @Nullable Object[] parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            statement.setFetchSize(rowsAtOnce);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    to.accept(row.read(rows));
                }
            }
        }
    }

    /** The first row of the answer; null if there is none. */
    public @Nullable T first(Connection connection, @Nullable Object... parameters)
            throws SQLException {
        List<T> all = all(connection, parameters);
        return all.isEmpty() ? null : all.get(0);
    }

    /**
     * The row of an answer that always has one.
     *
     * @throws IllegalStateException if it has none
     */
    public T one(Connection connection, @Nullable Object... parameters) throws SQLException {
        List<T> all = all(connection, parameters);
        if (all.isEmpty()) {
            throw new IllegalStateException("an answer without a row: " + sql);
        }
        return all.get(0);
    }

    /**
     * Runs a statement that has no answer.
     *
     * @param parameters as of {@link #all}
     * @return how many rows it has changed
     */
    public static int run(Connection connection, String sql, @Nullable Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            return statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, @Nullable Object[] parameters)
            throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }
}
