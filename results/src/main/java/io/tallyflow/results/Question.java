package io.tallyflow.results;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
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

    /**
     * All rows of the answer, in its order.
     *
     * @param parameters texts, numbers, truth values, times with an offset, and nulls
     */
    public List<T> all(Connection connection, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            try (ResultSet rows = statement.executeQuery()) {
                List<T> all = new ArrayList<>();
                while (rows.next()) {
                    all.add(row.read(rows));
                }
                return all;
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
