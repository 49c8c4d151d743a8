package io.tallyflow.results.status;

import io.tallyflow.connectors.postgres.session.CountColumns;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.progress.Count;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
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

    private static final Question<Offset> OFFSETS =
            new Question<>(
                    """
            select pipeline, key::int, value::bigint
            from tallyflow.progress, jsonb_each_text(offsets)
            """,
                    row -> new Offset(row.getString(1), row.getInt(2), row.getLong(3)));

    /** For this transaction only: behind a connection pool the session is not ours. */
    private static final String AS_OF_NOW = "set transaction isolation level repeatable read";

    private static final Question<String> METERS =
            new Question<>(
                    "select slug from tallyflow.meter order by slug", row -> row.getString(1));

    /** Reads everything as of one commit. */
    public static LedgerStatus read(Connection connection) throws SQLException {
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        try {
            Question.run(connection, AS_OF_NOW);
            Map<String, TreeMap<Integer, Long>> offsets = new TreeMap<>();
            for (Offset offset : OFFSETS.all(connection)) {
                offsets.computeIfAbsent(offset.pipeline(), name -> new TreeMap<>())
                        .put(offset.partition(), offset.next());
            }
            List<PipelineStatus> pipelines =
                    new Question<>(PROGRESS, row -> pipeline(row, offsets)).all(connection);
            return new LedgerStatus(pipelines, METERS.all(connection));
        } finally {
            connection.rollback();
        }
    }

    private record Offset(String pipeline, int partition, long next) {}

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
}
