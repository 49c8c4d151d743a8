package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

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
        byte[] rows = new RowsEncoder().encode(new Rows(usage, adjustments, distincts));
        CommitName name = new CommitName(1, 1);
        CommitPart part = new CommitPart(name, CommitName.NONE, 0, 1, Progress.NONE, null, rows);
        Ledger ledger =
                new Ledger(
                        0,
                        1,
                        name,
                        null,
                        null,
                        Map.of(),
                        Progress.NONE.counts(),
                        Map.of(),
                        null,
                        0);
        try {
            new CommitRows(connection, ledger, true).write(List.of(part));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
