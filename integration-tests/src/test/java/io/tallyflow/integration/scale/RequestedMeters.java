package io.tallyflow.integration.scale;

import io.tallyflow.connectors.login.PostgresUse;
import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.jobs.metering.MeteringOptions;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.MeterFile;
import java.io.IOException;
import java.sql.SQLException;

/** What a job counts that a test builds by itself: asked for as the real one asks. */
public final class RequestedMeters {

    private RequestedMeters() {}

    public static Definitions definitions(MeteringOptions options) throws IOException {
        try {
            return MeterRequests.take(
                            options.postgres().connection().dataSource(PostgresUse.JOB),
                            MeterFile.read(options.meters()))
                    .definitions();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
