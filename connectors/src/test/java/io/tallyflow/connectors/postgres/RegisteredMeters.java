package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.schema.AskedVersions;
import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

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

    /** Lets a meter be counted no longer. */
    public static void retire(DataSource database, String slug) throws SQLException {
        MeterRequests.retire(database, slug, null);
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            MeterRegistry.register(connection, Long.MAX_VALUE, Long.MAX_VALUE, 0, newest -> null);
            connection.commit();
        }
    }

    /** Registers within the transaction of the connection. */
    public static void register(Connection connection, List<Meter> meters) throws SQLException {
        register(connection, MeterVersion.firsts(meters), null);
    }

    /**
     * Registers versions beside those that are, within the transaction of the connection.
     *
     * @param newestMillis greatest event time that was accepted before
     */
    public static void register(
            Connection connection, List<MeterVersion> versions, @Nullable Long newestMillis)
            throws SQLException {
        long request = AskedVersions.ask(connection, versions);
        MeterRegistry.register(connection, request, request, 0, unused -> newestMillis);
    }
}
