package io.tallyflow.results.query;

import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import javax.sql.DataSource;

/**
 * When days begin in a zone. Postgres is asked, whose zones decide: its IANA database may be newer
 * than that of the Java machine.
 */
public final class DaysOfZone {

    private static final String UTC = "UTC";

    private static final String IS_ZONE = "select tallyflow.is_time_zone(?)";

    /** For this transaction only: behind a connection pool the session is not ours. */
    private static final String IN_ZONE = "select set_config('timezone', ?, true)";

    /** A day that does not exist begins with the next one. */
    private static final String START =
            """
            select min(b.instant)
            from unnest(tallyflow.calendar_bounds('day', ?, ?, ?)) b (instant)
            where b.instant::date >= ?
            """;

    private final DataSource database;
    private final String zone;

    /**
     * Asks nothing yet.
     *
     * @param zone of the IANA database, in any case of letters
     */
    public DaysOfZone(DataSource database, String zone) {
        this.database = database;
        this.zone = zone;
    }

    /**
     * The first instant of a day.
     *
     * @throws RequestRefusedException if the zone is none that Postgres knows
     * @throws RequestFailedException if Postgres does not answer
     */
    public Instant startOf(LocalDate day) {
        if (zone.equalsIgnoreCase(UTC)) {
            return midnight(day).toInstant();
        }
        try (Connection connection = database.getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            if (!ask(connection, IS_ZONE, Boolean.class)) {
                throw new RequestRefusedException(
                        "--zone " + zone + " is not the name of an IANA time zone");
            }
            ask(connection, IN_ZONE, String.class);
            return start(connection, day);
        } catch (SQLException e) {
            throw new RequestFailedException("Postgres: " + e.getMessage(), e);
        }
    }

    private <T> T ask(Connection connection, String sql, Class<T> type) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, zone);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getObject(1, type);
            }
        }
    }

    private Instant start(Connection connection, LocalDate day) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(START)) {
            statement.setString(1, zone);
            statement.setObject(2, midnight(day.minusDays(2)));
            statement.setObject(3, midnight(day.plusDays(3)));
            statement.setObject(4, day);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getObject(1, OffsetDateTime.class).toInstant();
            }
        }
    }

    private static OffsetDateTime midnight(LocalDate day) {
        return day.atStartOfDay().atOffset(ZoneOffset.UTC);
    }
}
