package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;

/** Results in Postgres without a job: written as a commit writes them, but for the ledger. */
public final class WrittenRows {

    private WrittenRows() {}

    /** Writes within the transaction of the connection. */
    public static void write(
            Connection connection,
            Collection<UsageRow> usage,
            Collection<Adjustment> adjustments,
            Collection<DistinctValue> distincts)
            throws SQLException {
        new RowsTable(connection, 1, 1).write(new Rows(usage, adjustments, distincts));
    }
}
