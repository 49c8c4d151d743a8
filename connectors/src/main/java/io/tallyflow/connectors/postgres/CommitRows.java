package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of all parts of a commit, in the order of the parts: where a key comes twice, its
 * last value stays. A large commit is loaded by several connections, if there are any for it.
 *
 * @param loaders null if the connection that commits is alone
 * @param stagedRows from how many rows on they are used
 */
record CommitRows(@Nullable Loaders loaders, int stagedRows) {

    /** Written by the connection that commits, whatever the size. */
    static final CommitRows DIRECT = new CommitRows(null, Integer.MAX_VALUE);

    /** The order in which partitions are made takes them, so that neither waits for the other. */
    private static final String LOCK =
            """
            lock table tallyflow.usage_row, tallyflow.adjustment, tallyflow.distinct_value
                in row exclusive mode
            """;

    /**
     * Writes within the transaction of the connection.
     *
     * @return how many rows that were
     */
    long write(Connection connection, String pipeline, Ledger next, List<CommitPart> parts)
            throws SQLException, IOException, InterruptedException {
        CommitName name = next.name();
        RowsTable table = new RowsTable(connection, next.commit(), name.checkpoint());
        StagedRows staged =
                new StagedRows(pipeline, name, CommitName.drawToken(new SecureRandom()));
        long usage = count(parts, RowKind.USAGE);
        long adjustments = count(parts, RowKind.ADJUSTMENT);
        if (loaders != null && usage >= stagedRows) {
            lock(connection);
            try (Loaders.Loading loading = loaders.load(staged, parts)) {
                for (CommitPart part : parts) {
                    RowBlock distincts = loading.next();
                    staged.applyUsage(connection, next.commit(), part.number());
                    table.writeDistincts(distincts);
                }
            }
            staged.applyAdjustments(connection, next.commit());
            staged.takeAway(connection, usage + adjustments);
        } else {
            writeDirectly(connection, table, staged, next.commit(), parts);
        }
        return usage + adjustments + count(parts, RowKind.DISTINCT);
    }

    private static void writeDirectly(
            Connection connection,
            RowsTable table,
            StagedRows staged,
            long commit,
            List<CommitPart> parts)
            throws SQLException, IOException {
        boolean merge = isSpread(parts);
        if (merge) {
            lock(connection);
        }
        for (CommitPart part : parts) {
            RowBlocks rows = RowsCodec.decode(part.rows());
            table.writeUsage(rows.usage());
            if (merge) {
                staged.loadAdjustments(connection, part.number(), rows.adjustments());
            } else {
                table.writeAdjustments(rows.adjustments());
            }
            table.writeDistincts(rows.distincts());
        }
        if (merge) {
            staged.applyAdjustments(connection, commit);
            staged.takeAway(connection, count(parts, RowKind.ADJUSTMENT));
        }
    }

    /** Whether two parts have adjustments: they may be of one cell, and must be made one. */
    private static boolean isSpread(List<CommitPart> parts) throws IOException {
        int with = 0;
        for (CommitPart part : parts) {
            with += RowsCodec.count(part.rows(), RowKind.ADJUSTMENT) > 0 ? 1 : 0;
        }
        return with > 1;
    }

    private static long count(List<CommitPart> parts, RowKind kind) throws IOException {
        long count = 0;
        for (CommitPart part : parts) {
            count += RowsCodec.count(part.rows(), kind);
        }
        return count;
    }

    private static void lock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK);
        }
    }
}
