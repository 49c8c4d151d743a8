package io.tallyflow.results.query;

import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The SQL function that answers queries: one text, over one set of tables or another. */
public enum UsageFunction {
    /** Over what the job has committed. */
    INSTALLED("tallyflow"),
    /** Over temporary tables, where the same text was made a function of the session. */
    TEMPORARY("pg_temp");

    private static final String INVALID_ARGUMENT = "22023";
    private static final int ROWS_AT_ONCE = 1_000;

    private final String call;

    UsageFunction(String schema) {
        call =
                """
                select window_start, window_end, subject, group_by, value
                from %s.query(
                    meter => ?, "from" => ?, "to" => ?, window_size => ?, time_zone => ?,
                    subjects => ?, group_by => ?, filter => ?::jsonb)
                """
                        .formatted(schema);
    }

    /**
     * Hands over the rows of the answer, which are read through a cursor.
     *
     * @param connection within a transaction: only there is a cursor
     * @throws SQLException if the server refuses; {@link #failure} says what that means
     * @throws IOException of the consumer
     */
    public void ask(Connection connection, UsageQuery query, RowConsumer rows)
            throws SQLException, IOException {
        try (PreparedStatement statement = connection.prepareStatement(call)) {
            statement.setFetchSize(ROWS_AT_ONCE);
            bind(connection, statement, query);
            read(statement, rows);
        }
    }

    /** Whether the server says that an argument makes no sense. */
    public static boolean isRefusal(SQLException e) {
        return INVALID_ARGUMENT.equals(e.getSQLState());
    }

    /** What to tell who asked: a refusal in the server's own words, or a failure. */
    public static RuntimeException failure(SQLException e) {
        return isRefusal(e)
                ? new RequestRefusedException(messageOf(e))
                : new RequestFailedException("Postgres: " + messageOf(e), e);
    }

    private static void bind(Connection connection, PreparedStatement statement, UsageQuery query)
            throws SQLException {
        statement.setString(1, query.meter());
        bind(statement, 2, query.from());
        bind(statement, 3, query.to());
        statement.setString(4, query.window() == null ? null : query.window().name());
        statement.setString(5, query.timeZone());
        bind(connection, statement, 6, query.subjects());
        bind(connection, statement, 7, query.groupBy());
        statement.setString(8, query.filter().isEmpty() ? null : GroupJson.write(query.filter()));
    }

    private static void bind(PreparedStatement statement, int index, @Nullable Instant instant)
            throws SQLException {
        if (instant == null) {
            statement.setNull(index, Types.TIMESTAMP_WITH_TIMEZONE);
        } else {
            statement.setObject(index, instant.atOffset(ZoneOffset.UTC));
        }
    }

    private static void bind(
            Connection connection, PreparedStatement statement, int index, List<String> texts)
            throws SQLException {
        statement.setArray(
                index, texts.isEmpty() ? null : connection.createArrayOf("text", texts.toArray()));
    }

    private static void read(PreparedStatement statement, RowConsumer rows)
            throws SQLException, IOException {
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                rows.accept(
                        new QueryRow(
                                instant(result, 1),
                                instant(result, 2),
                                result.getString(3),
                                GroupJson.parse(result.getString(4)),
                                result.getBigDecimal(5)));
            }
        }
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** What the server said, without severity and place. */
    private static String messageOf(SQLException e) {
        if (e instanceof PSQLException answer) {
            ServerErrorMessage error = answer.getServerErrorMessage();
            if (error != null && error.getMessage() != null) {
                return error.getMessage();
            }
        }
        return Objects.toString(e.getMessage(), e.toString());
    }
}
