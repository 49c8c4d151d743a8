package io.tallyflow.results.meters;

import io.tallyflow.connectors.postgres.schema.MeterColumns;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.meter.Meter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * A meter as Postgres knows it.
 *
 * @param inForce whether the job that commits counts by it
 */
public record DefinedMeter(Meter meter, boolean inForce) {

    private static final Question<DefinedMeter> METERS =
            new Question<>(
                    """
            select slug, description, event_type, aggregation, value_property, group_by,
                window_size, in_force
            from tallyflow.meter_definition order by slug
            """,
                    row -> new DefinedMeter(MeterColumns.meter(row), row.getBoolean("in_force")));

    /**
     * All meters that were ever counted, by slug.
     *
     * @throws io.tallyflow.results.RequestFailedException if Postgres does not answer
     */
    public static List<DefinedMeter> all(PostgresAddress address) {
        try (Connection connection = address.connect()) {
            return all(connection);
        } catch (SQLException e) {
            throw PostgresTrouble.failure(address, e);
        }
    }

    /** Asks within the transaction of the connection. */
    static List<DefinedMeter> all(Connection connection) throws SQLException {
        return METERS.all(connection);
    }
}
