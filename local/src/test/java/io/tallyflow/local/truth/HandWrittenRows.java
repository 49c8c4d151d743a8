package io.tallyflow.local.truth;

import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes usage to Postgres as the pipeline would, without it. */
final class HandWrittenRows {

    private static final String CELL =
            """
            insert into tallyflow.cell (layer, cell, subject, group_by)
            select layer, tallyflow.cell_of(name, ?, ?), ?, ?::jsonb
            from tallyflow.layer where slug = ?
            on conflict do nothing
            """;

    private static final String USAGE_ROW =
            """
            insert into tallyflow.usage_row (layer, cell, window_start, readings, sum, min, max,
                latest, latest_at, latest_source, latest_id, shard, settled, commit)
            select layer, tallyflow.cell_of(name, ?, ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, false, 1
            from tallyflow.layer where slug = ?
            """;

    private static final String DISTINCT_VALUE =
            """
            insert into tallyflow.distinct_value (layer, cell, window_start, value_hash, value,
                commit)
            select layer, tallyflow.cell_of(name, ?, ?), ?,
                encode(substring(sha256(convert_to(?, 'UTF8')) for 16), 'hex')::uuid, ?, 1
            from tallyflow.layer where slug = ?
            """;

    private static final String LEDGER =
            """
            insert into tallyflow.ledger (pipeline, commit, committed_at, offsets, consumed, metered,
                unmatched, duplicate, conflict, stale, rejected, readings, ignored, reasons)
            values ('by hand', 1, now(), ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
            """;

    private final Connection connection;

    HandWrittenRows(Connection connection) {
        this.connection = connection;
    }

    void write(NaiveMetering naive, Truth truth) throws SQLException {
        try (PreparedStatement cells = connection.prepareStatement(CELL);
                PreparedStatement rows = connection.prepareStatement(USAGE_ROW);
                PreparedStatement values = connection.prepareStatement(DISTINCT_VALUE)) {
            for (NaiveMetering.Row row : naive.rows()) {
                cell(cells, row.cell());
                usageRow(rows, row);
                distinctValues(values, row);
            }
            cells.executeBatch();
            rows.executeBatch();
            values.executeBatch();
        }
        ledger(truth);
    }

    private static void cell(PreparedStatement row, TruthCell cell) throws SQLException {
        row.setString(1, cell.subject());
        row.setString(2, cell.group());
        row.setString(3, cell.subject());
        row.setString(4, cell.group());
        row.setString(5, cell.meter());
        row.addBatch();
    }

    private static int cellAndWindow(PreparedStatement row, TruthCell cell) throws SQLException {
        row.setString(1, cell.subject());
        row.setString(2, cell.group());
        row.setTimestamp(3, new Timestamp(cell.windowStartMillis()));
        return 4;
    }

    private static void usageRow(PreparedStatement row, NaiveMetering.Row usage)
            throws SQLException {
        int next = cellAndWindow(row, usage.cell());
        row.setLong(next++, usage.readings());
        for (BigDecimal number : usage.numbers()) {
            row.setBigDecimal(next++, number);
        }
        NaiveEvent latest = usage.latest();
        boolean none = usage.numbers().get(0) == null;
        row.setTimestamp(next++, none ? null : timestamp(latest.timeMicros()));
        row.setString(next++, none ? null : latest.source());
        row.setString(next++, none ? null : latest.id());
        row.setString(next, usage.cell().meter());
        row.addBatch();
    }

    private static Timestamp timestamp(long micros) {
        Timestamp timestamp = new Timestamp(micros / 1_000);
        timestamp.setNanos((int) (micros % 1_000_000) * 1_000);
        return timestamp;
    }

    private static void distinctValues(PreparedStatement row, NaiveMetering.Row usage)
            throws SQLException {
        for (String value : usage.distinct()) {
            int next = cellAndWindow(row, usage.cell());
            row.setString(next++, value);
            row.setString(next++, value);
            row.setString(next, usage.cell().meter());
            row.addBatch();
        }
    }

    private void ledger(Truth truth) throws SQLException {
        LaneCounts counts = truth.counts();
        List<Long> numbers =
                List.of(
                        counts.of(Count.CONSUMED),
                        counts.of(Count.METERED),
                        counts.of(Count.UNMATCHED),
                        counts.of(Count.DUPLICATE),
                        counts.of(Count.CONFLICT),
                        counts.of(Count.STALE),
                        counts.of(Count.REJECTED),
                        counts.of(Count.READINGS),
                        counts.of(Count.IGNORED));
        try (PreparedStatement row = connection.prepareStatement(LEDGER)) {
            int next = 1;
            row.setString(next++, json(truth.offsets()));
            for (long number : numbers) {
                row.setLong(next++, number);
            }
            row.setString(next, json(truth.reasons()));
            row.executeUpdate();
        }
    }

    private static String json(Map<?, Long> numbers) {
        return numbers.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }
}
