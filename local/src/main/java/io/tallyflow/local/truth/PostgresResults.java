package io.tallyflow.local.truth;

import io.tallyflow.connectors.postgres.session.CountColumns;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
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

    private static final Question<PostgresResults> PROGRESS =
            new Question<>(
                    """
            select epoch, commit, %s, watermark,
                coalesce(extract(epoch from now() - committed_at) * 1000, 0)::bigint as age
            from tallyflow.progress
            """
                            .formatted(Count.columns()),
                    row -> commit(row));

    private static final Question<Map.Entry<String, Long>> OFFSETS =
            numbers("select key, value::bigint from tallyflow.progress, jsonb_each_text(offsets)");

    private static final Question<Map.Entry<String, Long>> REASONS =
            numbers("select key, value::bigint from tallyflow.ledger, jsonb_each_text(reasons)");

    private static final String USAGE =
            """
            select meter, subject, (extract(epoch from window_start) * 1000)::bigint,
                readings, value, group_by ->> 'model', group_by ->> 'type',
                group_by ->> 'volume', group_by ->> 'zone'
            from tallyflow.usage
            """;

    private static final Question<String> DEFINED =
            new Question<>(
                    "select slug from tallyflow.meter order by slug", row -> row.getString(1));

    private static final Question<BigDecimal> TOTAL =
            new Question<>("select value from tallyflow.query(?)", row -> row.getBigDecimal(1));

    /** Progress alone. */
    public static PostgresResults progress(Connection connection) throws SQLException {
        return atOnce(connection, PostgresResults::readProgress);
    }

    /** Everything, as of one commit. */
    public static PostgresResults all(Connection connection) throws SQLException {
        return atOnce(
                connection,
                within -> {
                    PostgresResults found = readProgress(within);
                    for (Map.Entry<String, Long> reason : REASONS.all(within)) {
                        found.reasons.put(reason.getKey(), reason.getValue());
                    }
                    readUsage(within, found.usage);
                    readTotals(within, found.totals);
                    return found;
                });
    }

    /** The total of every meter alone. */
    public static Map<String, BigDecimal> totals(Connection connection) throws SQLException {
        return atOnce(
                connection,
                within -> {
                    Map<String, BigDecimal> totals = new LinkedHashMap<>();
                    readTotals(within, totals);
                    return totals;
                });
    }

    private interface Reader<T> {
        T read(Connection connection) throws SQLException;
    }

    private static <T> T atOnce(Connection connection, Reader<T> reader) throws SQLException {
        connection.setAutoCommit(false);
        try {
            Question.run(connection, "set transaction isolation level repeatable read");
            return reader.read(connection);
        } finally {
            connection.rollback();
        }
    }

    private static Question<Map.Entry<String, Long>> numbers(String sql) {
        return new Question<>(sql, row -> Map.entry(row.getString(1), row.getLong(2)));
    }

    private static PostgresResults readProgress(Connection connection) throws SQLException {
        PostgresResults committed = PROGRESS.first(connection);
        PostgresResults found = committed == null ? nothing() : committed;
        for (Map.Entry<String, Long> offset : OFFSETS.all(connection)) {
            found.offsets.put(Integer.valueOf(offset.getKey()), offset.getValue());
        }
        return found;
    }

    private static PostgresResults commit(ResultSet row) throws SQLException {
        Timestamp watermark = row.getTimestamp("watermark");
        return commit(
                row.getLong("epoch"),
                row.getLong("commit"),
                CountColumns.read(row),
                watermark == null ? null : watermark.toInstant(),
                row.getLong("age"));
    }

    private static PostgresResults nothing() {
        return commit(0, 0, LaneCounts.ZERO, null, 0);
    }

    /** To be filled with the rest. */
    private static PostgresResults commit(
            long epoch, long commit, LaneCounts counts, @Nullable Instant watermark, long age) {
        return new PostgresResults(
                epoch,
                commit,
                new TreeMap<>(),
                counts,
                watermark,
                Duration.ofMillis(age),
                new TreeMap<>(),
                new HashMap<>(),
                new LinkedHashMap<>());
    }

    private static void readUsage(Connection connection, Map<TruthCell, Total> usage)
            throws SQLException {
        Map<String, DemoMeter> meters =
                DemoMeters.all().stream().collect(Collectors.toMap(DemoMeter::slug, m -> m));
        Question<Map.Entry<TruthCell, Total>> question =
                new Question<>(USAGE, row -> Map.entry(cell(meters, row), total(row)));
        question.each(connection, found -> usage.put(found.getKey(), found.getValue()));
    }

    private static TruthCell cell(Map<String, DemoMeter> meters, ResultSet row)
            throws SQLException {
        String meter = row.getString(1);
        return new TruthCell(
                meter, row.getString(2), group(meters.get(meter), row), row.getLong(3));
    }

    private static Total total(ResultSet row) throws SQLException {
        return new Total(row.getLong(4), row.getBigDecimal(5));
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

    private static void readTotals(Connection connection, Map<String, BigDecimal> totals)
            throws SQLException {
        for (String meter : DEFINED.all(connection)) {
            BigDecimal total = TOTAL.first(connection, meter);
            if (total != null) {
                totals.put(meter, total);
            }
        }
    }
}
