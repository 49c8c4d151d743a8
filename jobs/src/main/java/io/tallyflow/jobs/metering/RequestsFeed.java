package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.kafka.source.DefinitionsFeed;
import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.connectors.postgres.session.DriverRelease;
import io.tallyflow.schemas.meter.Definitions;
import java.sql.SQLException;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.jspecify.annotations.Nullable;

/** What is asked for in Postgres. Keeps one connection; after a failure it opens another. */
final class RequestsFeed implements DefinitionsFeed {

    private static final long serialVersionUID = 1L;

    private final JdbcConnectionProvider connections;

    /**
     * @param connections opened when it is first asked
     */
    RequestsFeed(JdbcConnectionProvider connections) {
        this.connections = connections;
    }

    @Override
    public @Nullable Definitions after(long request) throws SQLException, ClassNotFoundException {
        try {
            return MeterRequests.after(connections.getOrEstablishConnection(), request);
        } catch (SQLException e) {
            connections.closeConnection();
            throw e;
        }
    }

    @Override
    public void close() {
        connections.closeConnection();
        // It is asked in the process that builds jobs, with classes of each.
        new DriverRelease().run();
    }
}
