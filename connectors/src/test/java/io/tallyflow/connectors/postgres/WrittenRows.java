package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageRow;
import java.io.IOException;
import java.io.UncheckedIOException;
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
        RowBlocks rows = asSent(new Rows(usage, adjustments, distincts));
        RowsTable table = new RowsTable(connection, 1, 1);
        table.writeUsage(rows.usage());
        table.writeAdjustments(rows.adjustments());
        table.writeDistincts(rows.distincts());
    }

    private static RowBlocks asSent(Rows rows) {
        try {
            return RowsCodec.decode(RowsCodec.encode(rows));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
