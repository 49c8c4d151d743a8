package io.tallyflow.cli.demo;

import io.tallyflow.schemas.progress.LaneCounts;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a reader of the public views sees at one moment.
 *
 * @param offsets next offset to be read, by partition, that the rest stands for
 * @param counts as {@code tallyflow.progress} has them
 * @param totals as {@code tallyflow.usage} has them
 */
public record SeenInPostgres(
        long epoch,
        long commit,
        Map<Integer, Long> offsets,
        LaneCounts counts,
        Map<Cell, Total> totals) {

    private static final String PROGRESS =
            """
            select epoch, commit, consumed, metered, unmatched, duplicate, conflict, stale, rejected,
                readings, adjusted, ignored
            from tallyflow.progress
            """;

    private static final String OFFSETS =
            """
            select key::int, value::bigint from tallyflow.progress, jsonb_each_text(offsets)
            """;

    private static final String USAGE =
            """
            select meter, subject, group_by ->> 'model', group_by ->> 'type',
                (extract(epoch from window_start) * 1000)::bigint, readings, value
            from tallyflow.usage
            """;

    /** Progress alone, without the totals. */
    public static SeenInPostgres progress(Connection connection) throws SQLException {
        return read(connection, false);
    }

    /** Everything, as of one commit. */
    public static SeenInPostgres all(Connection connection) throws SQLException {
        return read(connection, true);
    }

    private static SeenInPostgres read(Connection connection, boolean withTotals)
            throws SQLException {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = connection.createStatement()) {
            SeenInPostgres seen = progress(statement);
            offsets(statement, seen.offsets());
            if (withTotals) {
                totals(statement, seen.totals());
            }
            return seen;
        } finally {
            connection.rollback();
        }
    }

    private static SeenInPostgres progress(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(PROGRESS)) {
            if (!row.next()) {
                return new SeenInPostgres(0, 0, new TreeMap<>(), LaneCounts.ZERO, new HashMap<>());
            }
            LaneCounts counts =
                    new LaneCounts(
                            row.getLong("consumed"),
                            row.getLong("metered"),
                            row.getLong("unmatched"),
                            row.getLong("duplicate"),
                            row.getLong("conflict"),
                            row.getLong("stale"),
                            row.getLong("rejected"),
                            row.getLong("readings"),
                            row.getLong("adjusted"),
                            row.getLong("ignored"));
            return new SeenInPostgres(
                    row.getLong("epoch"),
                    row.getLong("commit"),
                    new TreeMap<>(),
                    counts,
                    new HashMap<>());
        }
    }

    private static void offsets(Statement statement, Map<Integer, Long> offsets)
            throws SQLException {
        try (ResultSet row = statement.executeQuery(OFFSETS)) {
            while (row.next()) {
                offsets.put(row.getInt(1), row.getLong(2));
            }
        }
    }

    private static void totals(Statement statement, Map<Cell, Total> totals) throws SQLException {
        try (ResultSet row = statement.executeQuery(USAGE)) {
            while (row.next()) {
                TreeMap<String, String> group = new TreeMap<>();
                put(group, "model", row.getString(3));
                put(group, "type", row.getString(4));
                totals.put(
                        new Cell(
                                row.getString(1),
                                row.getString(2),
                                JsonText.object(group),
                                row.getLong(5)),
                        new Total(row.getLong(6), row.getBigDecimal(7)));
            }
        }
    }

    private static void put(
            Map<String, String> group,
            String name,
            @org.jspecify.annotations.Nullable String value) {
        if (value != null) {
            group.put(name, value);
        }
    }
}
