package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.schema.MeterDefinition;
import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import io.tallyflow.schemas.meter.Meter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** Meters in force without a job: registered as its first commit registers them. */
public final class RegisteredMeters {

    private RegisteredMeters() {}

    /** Registers in a transaction of its own. */
    public static void register(DataSource database, List<Meter> meters) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            register(connection, meters);
            connection.commit();
        }
    }

    /** Registers within the transaction of the connection. */
    public static void register(Connection connection, List<Meter> meters) throws SQLException {
        MeterRegistry.register(connection, MeterDefinition.of(meters), 0);
    }
}
