package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.rows.PartRows;
import io.tallyflow.connectors.postgres.rows.PartSummary;
import io.tallyflow.connectors.postgres.rows.RowBlock;
import io.tallyflow.connectors.postgres.rows.RowKind;
import io.tallyflow.connectors.postgres.rows.RowsCodec;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the rows of all parts of a commit, in the order of the parts: where a key comes twice, its
 * last value stays.
 */
final class CommitRows {

    /**
     * The order in which partitions are made takes them, so that neither waits for the other. Their
     * partitions are locked as they are written.
     */
    private static final String LOCK =
            """
            lock table only tallyflow.usage_row, only tallyflow.adjustment_row,
                only tallyflow.distinct_value in row exclusive mode
            """;

    /** Half a million adjustments. Postgres takes no message of a gigabyte. */
    private static final int ADJUSTMENT_BYTES = 64 << 20;

    private static final String LAYERS =
            "select name, layer from tallyflow.layer where name = any (?)";

    private final Connection connection;
    private final Ledger next;
    private final boolean rewinds;
    private final int adjustmentBytes;
    private final RowsTable table;

    /**
     * Rows of a commit within the transaction of the connection.
     *
     * @param next the ledger with the commit
     * @param rewinds whether the transaction has taken results back
     */
    CommitRows(Connection connection, Ledger next, boolean rewinds) {
        this(connection, next, rewinds, ADJUSTMENT_BYTES);
    }

    /**
     * The same with another limit.
     *
     * @param adjustmentBytes about how many bytes of adjustments are written at once
     */
    CommitRows(Connection connection, Ledger next, boolean rewinds, int adjustmentBytes) {
        this.connection = connection;
        this.next = next;
        this.rewinds = rewinds;
        this.adjustmentBytes = adjustmentBytes;
        this.table = new RowsTable(connection, next.commit(), next.name().checkpoint());
    }

    /** Writes all parts. */
    Written write(List<CommitPart> parts) throws SQLException, IOException {
        lockTables(connection);
        table.prepare();
        Written written = Written.NOTHING;
        List<RowBlock> adjustments = new ArrayList<>();
        long bytes = 0;
        for (CommitPart part : parts) {
            PartSummary summary = RowsCodec.summary(part.rows());
            PartRows rows = RowsCodec.decode(part.rows());
            stamp(rows);
            table.writeCells(rows.of(RowKind.CELL));
            table.writeFirstUsage(rows.of(RowKind.FIRST_USAGE));
            if (rewinds) {
                table.writeRestoredUsage(rows.of(RowKind.CHANGED_USAGE));
            } else {
                table.writeChangedUsage(rows.of(RowKind.CHANGED_USAGE));
            }
            table.writeDistincts(rows.of(RowKind.DISTINCT));
            bytes += rows.of(RowKind.ADJUSTMENT).bytes();
            if (bytes <= adjustmentBytes) {
                adjustments.add(rows.of(RowKind.ADJUSTMENT));
            } else {
                adjustments.clear();
            }
            written = written.plus(summary);
        }
        if (bytes <= adjustmentBytes) {
            table.writeAdjustments(RowBlock.joined(RowKind.ADJUSTMENT, adjustments));
        } else {
            writeAdjustmentsByShares(parts, (int) (bytes / adjustmentBytes) + 1);
        }
        return written;
    }

    /**
     * Several parts may adjust one cell, and what stands is never changed: so the adjustments of a
     * cell have to be together. Where all of them are too much, the parts are unpacked once for
     * each share of the cells.
     */
    private void writeAdjustmentsByShares(List<CommitPart> parts, int shares)
            throws SQLException, IOException {
        for (int share = 0; share < shares; share++) {
            List<RowBlock> adjustments = new ArrayList<>();
            for (CommitPart part : parts) {
                if (RowsCodec.summary(part.rows()).count(RowKind.ADJUSTMENT) > 0) {
                    PartRows rows = RowsCodec.decode(part.rows());
                    stamp(rows);
                    adjustments.add(rows.of(RowKind.ADJUSTMENT).share(share, shares));
                }
            }
            table.writeAdjustments(RowBlock.joined(RowKind.ADJUSTMENT, adjustments));
        }
    }

    private void stamp(PartRows rows) throws SQLException {
        if (rows.layers().isEmpty()) {
            return;
        }
        Map<String, Integer> numbers = numbers(rows.layers());
        int[] byPlace = rows.layers().stream().mapToInt(name -> number(numbers, name)).toArray();
        for (RowKind kind : RowKind.values()) {
            rows.of(kind).stamp(byPlace, next.commit());
        }
    }

    private static int number(Map<String, Integer> numbers, String layer) {
        Integer number = numbers.get(layer);
        if (number == null) {
            throw new IllegalStateException(
                    "rows name the layer " + layer + ", which was never registered");
        }
        return number;
    }

    private Map<String, Integer> numbers(List<String> layers) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LAYERS)) {
            statement.setArray(1, connection.createArrayOf("text", layers.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                Map<String, Integer> numbers = new HashMap<>();
                while (rows.next()) {
                    numbers.put(rows.getString(1), rows.getInt(2));
                }
                return numbers;
            }
        }
    }

    /** Before anything is written to one of them. */
    static void lockTables(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK);
        }
    }

    /**
     * What a commit has written.
     *
     * @param rows usage rows, adjustments as the parts had them, and distinct values
     * @param usageFromMillis start of the earliest window of a usage row, as in {@link PartSummary}
     * @param usageUntilMillis start of the latest
     */
    record Written(long rows, long usageFromMillis, long usageUntilMillis) {

        static final Written NOTHING = new Written(0, Long.MAX_VALUE, Long.MIN_VALUE);

        Written plus(PartSummary part) {
            return new Written(
                    rows + part.results(),
                    Math.min(usageFromMillis, part.usageFromMillis()),
                    Math.max(usageUntilMillis, part.usageUntilMillis()));
        }

        boolean hasUsage() {
            return usageFromMillis <= usageUntilMillis;
        }
    }
}
