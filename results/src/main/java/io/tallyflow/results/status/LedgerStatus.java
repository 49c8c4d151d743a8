package io.tallyflow.results.status;

import io.tallyflow.connectors.postgres.session.CountColumns;
import io.tallyflow.schemas.progress.Count;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What Postgres shows at one moment.
 *
 * @param pipelines ordered by name
 * @param meters slugs in force
 */
public record LedgerStatus(List<PipelineStatus> pipelines, List<String> meters) {

    private static final String PROGRESS =
            """
            select pipeline, epoch, commit, checkpoint, watermark, %s,
                extract(epoch from now() - committed_at)::bigint as age
            from tallyflow.progress order by pipeline
            """
                    .formatted(Count.columns());

    private static final String OFFSETS =
            """
            select pipeline, key::int, value::bigint
            from tallyflow.progress, jsonb_each_text(offsets)
            """;

    /** For this transaction only: behind a connection pool the session is not ours. */
    private static final String AS_OF_NOW = "set transaction isolation level repeatable read";

    private static final String METERS = "select slug from tallyflow.meter order by slug";

    /** Reads everything as of one commit. */
    public static LedgerStatus read(Connection connection) throws SQLException {
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(AS_OF_NOW);
            return new LedgerStatus(pipelines(statement, offsets(statement)), meters(statement));
        } finally {
            connection.rollback();
        }
    }

    private static Map<String, TreeMap<Integer, Long>> offsets(Statement statement)
            throws SQLException {
        Map<String, TreeMap<Integer, Long>> offsets = new TreeMap<>();
        try (ResultSet row = statement.executeQuery(OFFSETS)) {
            while (row.next()) {
                offsets.computeIfAbsent(row.getString(1), name -> new TreeMap<>())
                        .put(row.getInt(2), row.getLong(3));
            }
        }
        return offsets;
    }

    private static List<PipelineStatus> pipelines(
            Statement statement, Map<String, TreeMap<Integer, Long>> offsets) throws SQLException {
        List<PipelineStatus> pipelines = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(PROGRESS)) {
            while (row.next()) {
                pipelines.add(pipeline(row, offsets));
            }
        }
        return pipelines;
    }

    private static PipelineStatus pipeline(
            ResultSet row, Map<String, TreeMap<Integer, Long>> offsets) throws SQLException {
        String name = row.getString("pipeline");
        OffsetDateTime watermark = row.getObject("watermark", OffsetDateTime.class);
        return new PipelineStatus(
                name,
                row.getLong("epoch"),
                row.getLong("commit"),
                row.getLong("checkpoint"),
                nullable(row, "age"),
                watermark == null ? null : watermark.toInstant(),
                offsets.getOrDefault(name, new TreeMap<>()),
                CountColumns.read(row));
    }

    private static @Nullable Long nullable(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static List<String> meters(Statement statement) throws SQLException {
        List<String> meters = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(METERS)) {
            while (row.next()) {
                meters.add(row.getString(1));
            }
        }
        return meters;
    }
}
