package io.tallyflow.integration.protocol;

import io.tallyflow.connectors.postgres.session.CountColumns;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Reads everything that is visible at one moment. */
public final class ResultsReader {

    private static final String LEDGER =
            """
            select epoch, commit, offsets, consumed, metered, unmatched, duplicate, conflict, stale,
                rejected, readings, adjusted, ignored from tallyflow.ledger
            """;

    private static final String TOTALS =
            """
            select meter, subject, group_by ->> 'model', extract(epoch from window_start)::bigint,
                case meter when 'tokens' then sum(sum) else sum(readings) end
            from (select slug as meter, subject, cell.group_by, window_start, sum, readings
                    from tallyflow.usage_row
                    join tallyflow.cell using (cell, layer) join tallyflow.layer using (layer)
                  union all
                  select meter, subject, group_by, window_start, sum, readings
                    from tallyflow.adjustment) as parts
            group by 1, 2, 3, 4
            """;

    private static final Question<Map.Entry<UsageLog.Cell, BigDecimal>> TOTAL_OF_CELL =
            new Question<>(TOTALS, row -> Map.entry(cell(row), row.getBigDecimal(5)));

    private ResultsReader() {}

    /** What a reader saw. */
    public record Results(
            long epoch,
            long commit,
            long[] offsets,
            LaneCounts counts,
            Map<UsageLog.Cell, BigDecimal> totals) {}

    /** Everything in one snapshot of the database. */
    public static Results read(Connection connection, int partitions) throws SQLException {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try {
            Results ledger =
                    new Question<>(LEDGER, row -> ledger(row, partitions)).first(connection);
            Results found = ledger == null ? nothing(partitions) : ledger;
            for (Map.Entry<UsageLog.Cell, BigDecimal> total : TOTAL_OF_CELL.all(connection)) {
                found.totals().put(total.getKey(), total.getValue());
            }
            return found;
        } finally {
            connection.rollback();
        }
    }

    private static UsageLog.Cell cell(ResultSet row) throws SQLException {
        String model = row.getString(3);
        return new UsageLog.Cell(
                row.getString(1),
                row.getString(2),
                model == null ? "{}" : "{\"model\":\"" + model + "\"}",
                row.getLong(4) * 1_000L);
    }

    private static Results nothing(int partitions) {
        return new Results(0, 0, new long[partitions], LaneCounts.ZERO, new HashMap<>());
    }

    private static Results ledger(ResultSet row, int partitions) throws SQLException {
        long[] offsets = new long[partitions];
        String text = row.getString("offsets").replaceAll("[{}\" ]", "");
        for (String pair : text.isEmpty() ? new String[0] : text.split(",")) {
            offsets[Integer.parseInt(pair.split(":")[0])] = Long.parseLong(pair.split(":")[1]);
        }
        return new Results(
                row.getLong("epoch"),
                row.getLong("commit"),
                offsets,
                CountColumns.read(row),
                new HashMap<>());
    }
}
