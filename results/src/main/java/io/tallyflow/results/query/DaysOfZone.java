package io.tallyflow.results.query;

import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.sql.Connection;
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

    private static final Question<Boolean> IS_ZONE =
            new Question<>("select tallyflow.is_time_zone(?)", row -> row.getBoolean(1));

    /** For this transaction only: behind a connection pool the session is not ours. */
    private static final Question<String> IN_ZONE =
            new Question<>("select set_config('timezone', ?, true)", row -> row.getString(1));

    /** A day that does not exist begins with the next one. */
    private static final Question<Instant> START =
            new Question<>(
                    """
            select min(b.instant)
            from unnest(tallyflow.calendar_bounds('day', ?, ?, ?)) b (instant)
            where b.instant::date >= ?
            """,
                    row -> row.getObject(1, OffsetDateTime.class).toInstant());

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
            if (!IS_ZONE.one(connection, zone)) {
                throw new RequestRefusedException(
                        "--zone " + zone + " is not the name of an IANA time zone");
            }
            IN_ZONE.one(connection, zone);
            return START.one(
                    connection, zone, midnight(day.minusDays(2)), midnight(day.plusDays(3)), day);
        } catch (SQLException e) {
            throw new RequestFailedException("Postgres: " + e.getMessage(), e);
        }
    }

    private static OffsetDateTime midnight(LocalDate day) {
        return day.atStartOfDay().atOffset(ZoneOffset.UTC);
    }
}
