package io.tallyflow.local.truth;

import io.tallyflow.connectors.postgres.session.CountColumns;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a reader sees at one moment.
 *
 * @param offsets next offset to be read, by partition, that the rest stands for
 * @param counts as {@code tallyflow.progress} has them
 * @param watermark event time up to which the stream is complete; null if there is none yet
 * @param sinceCommit how long ago the last commit was made, by the clock of Postgres
 * @param reasons how often each occurred; empty if only progress was asked for
 * @param usage as {@code tallyflow.usage} has it; empty if only progress was asked for
 * @param totals what {@code tallyflow.query} makes of everything together, by meter; one that has
 *     no row is absent; empty if only progress was asked for
 */
public record PostgresResults(
        long epoch,
        long commit,
        Map<Integer, Long> offsets,
        LaneCounts counts,
        @Nullable Instant watermark,
        Duration sinceCommit,
        Map<String, Long> reasons,
        Map<TruthCell, Total> usage,
        Map<String, BigDecimal> totals) {

    private static final String PROGRESS =
            """
            select epoch, commit, %s, watermark,
                coalesce(extract(epoch from now() - committed_at) * 1000, 0)::bigint as age
            from tallyflow.progress
            """
                    .formatted(Count.columns());

    private static final String OFFSETS =
            "select key, value::bigint from tallyflow.progress, jsonb_each_text(offsets)";

    private static final String REASONS =
            "select key, value::bigint from tallyflow.ledger, jsonb_each_text(reasons)";

    private static final String USAGE =
            """
            select meter, subject, (extract(epoch from window_start) * 1000)::bigint,
                readings, value, group_by ->> 'model', group_by ->> 'type',
                group_by ->> 'volume', group_by ->> 'zone'
            from tallyflow.usage
            """;

    private static final String DEFINED = "select slug from tallyflow.meter order by slug";

    private static final String TOTAL = "select value from tallyflow.query(?)";

    private static final int ROWS_AT_ONCE = 10_000;

    /** Progress alone. */
    public static PostgresResults progress(Connection connection) throws SQLException {
        return atOnce(connection, PostgresResults::progress);
    }

    /** Everything, as of one commit. */
    public static PostgresResults all(Connection connection) throws SQLException {
        return atOnce(
                connection,
                statement -> {
                    PostgresResults seen = progress(statement);
                    numbers(statement, REASONS).forEach(seen.reasons::put);
                    usage(statement, seen.usage);
                    totals(connection, seen.totals);
                    return seen;
                });
    }

    /** The total of every meter alone. */
    public static Map<String, BigDecimal> totals(Connection connection) throws SQLException {
        return atOnce(
                connection,
                statement -> {
                    Map<String, BigDecimal> totals = new LinkedHashMap<>();
                    totals(connection, totals);
                    return totals;
                });
    }

    private interface Reader<T> {
        T read(Statement statement) throws SQLException;
    }

    private static <T> T atOnce(Connection connection, Reader<T> reader) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set transaction isolation level repeatable read");
            statement.setFetchSize(ROWS_AT_ONCE);
            return reader.read(statement);
        } finally {
            connection.rollback();
        }
    }

    private static PostgresResults progress(Statement statement) throws SQLException {
        Map<Integer, Long> offsets = new TreeMap<>();
        numbers(statement, OFFSETS)
                .forEach((partition, offset) -> offsets.put(Integer.valueOf(partition), offset));
        try (ResultSet row = statement.executeQuery(PROGRESS)) {
            boolean committed = row.next();
            Timestamp watermark = committed ? row.getTimestamp("watermark") : null;
            return new PostgresResults(
                    committed ? row.getLong("epoch") : 0,
                    committed ? row.getLong("commit") : 0,
                    offsets,
                    committed ? CountColumns.read(row) : LaneCounts.ZERO,
                    watermark == null ? null : watermark.toInstant(),
                    Duration.ofMillis(committed ? row.getLong("age") : 0),
                    new TreeMap<>(),
                    new HashMap<>(),
                    new LinkedHashMap<>());
        }
    }

    private static Map<String, Long> numbers(Statement statement, String query)
            throws SQLException {
        Map<String, Long> numbers = new TreeMap<>();
        try (ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                numbers.put(row.getString(1), row.getLong(2));
            }
        }
        return numbers;
    }

    private static void usage(Statement statement, Map<TruthCell, Total> usage)
            throws SQLException {
        Map<String, DemoMeter> meters =
                DemoMeters.all().stream().collect(Collectors.toMap(DemoMeter::slug, m -> m));
        try (ResultSet row = statement.executeQuery(USAGE)) {
            while (row.next()) {
                String meter = row.getString(1);
                TruthCell cell =
                        new TruthCell(
                                meter,
                                row.getString(2),
                                group(meters.get(meter), row),
                                row.getLong(3));
                usage.put(cell, new Total(row.getLong(4), row.getBigDecimal(5)));
            }
        }
    }

    /** The group as it is there, with the names that the meter has or other ones. */
    private static String group(@Nullable DemoMeter meter, ResultSet row) throws SQLException {
        List<String> names = new ArrayList<>(2);
        List<String> values = new ArrayList<>(2);
        for (int i = 0; i < DemoMeters.GROUPS.size(); i++) {
            String value = row.getString(6 + i);
            if (value != null) {
                names.add(DemoMeters.GROUPS.get(i));
                values.add(value);
            }
        }
        return meter != null && meter.groups().equals(names)
                ? meter.groupText(values)
                : WrittenJson.object(names, values);
    }

    private static List<String> defined(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(DEFINED)) {
            List<String> slugs = new ArrayList<>();
            while (row.next()) {
                slugs.add(row.getString(1));
            }
            return slugs;
        }
    }

    private static void totals(Connection connection, Map<String, BigDecimal> totals)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(TOTAL)) {
            for (String meter : defined(connection)) {
                query.setString(1, meter);
                try (ResultSet row = query.executeQuery()) {
                    if (row.next()) {
                        totals.put(meter, row.getBigDecimal(1));
                    }
                }
            }
        }
    }
}
