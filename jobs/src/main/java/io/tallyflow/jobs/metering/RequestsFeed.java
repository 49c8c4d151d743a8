package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.kafka.source.DefinitionsFeed;
import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.schemas.meter.Definitions;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What is asked for in Postgres. */
final class RequestsFeed implements DefinitionsFeed {

    private static final long serialVersionUID = 1L;

    private final PolledPostgres postgres;

    RequestsFeed(PolledPostgres postgres) {
        this.postgres = postgres;
    }

    @Override
    public @Nullable Definitions after(long request) throws SQLException, ClassNotFoundException {
        return postgres.ask(connection -> MeterRequests.after(connection, request));
    }

    @Override
    public void close() {
        postgres.close();
    }
}
