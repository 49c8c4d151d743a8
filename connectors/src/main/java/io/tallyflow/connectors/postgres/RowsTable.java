package io.tallyflow.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.postgresql.core.BaseConnection;
import org.postgresql.jdbc.PgArray;

/**
 * Writes the rows, adjustments and distinct values of one commit: one statement per kind and part,
 * with an array per column, sorted by key.
 */
final class RowsTable {

    private static final String USAGE =
            """
            insert into tallyflow.usage_row (meter, subject, group_hash, group_by, window_start,
                window_end, readings, sum, min, max, latest, latest_at, latest_source, latest_id,
                settled, shard, commit)
            select meter, subject, group_hash, group_by::jsonb, window_start, window_end, readings,
                sum, min, max, latest, latest_at, latest_source, latest_id, settled, shard, ?
            from unnest(?::text[], ?::text[], ?::bytea[], ?::text[], ?::timestamptz[],
                ?::timestamptz[], ?::bigint[], ?::numeric[], ?::numeric[], ?::numeric[],
                ?::numeric[], ?::timestamptz[], ?::text[], ?::text[], ?::boolean[], ?::integer[])
                as row (meter, subject, group_hash, group_by, window_start, window_end, readings,
                    sum, min, max, latest, latest_at, latest_source, latest_id, settled, shard)
            on conflict (meter, subject, window_start, group_hash, shard) do update set
                readings = excluded.readings, sum = excluded.sum, min = excluded.min,
                max = excluded.max, latest = excluded.latest, latest_at = excluded.latest_at,
                latest_source = excluded.latest_source, latest_id = excluded.latest_id,
                settled = excluded.settled, commit = excluded.commit
            """;

    private static final String ADJUSTMENT =
            """
            insert into tallyflow.adjustment (meter, subject, group_hash, group_by, window_start,
                window_end, readings, sum, min, max, latest, latest_at, latest_source, latest_id,
                reason, commit, checkpoint, committed_at)
            select meter, subject, group_hash, group_by::jsonb, window_start, window_end, readings,
                sum, min, max, latest, latest_at, latest_source, latest_id, reason, ?, ?, now()
            from unnest(?::text[], ?::text[], ?::bytea[], ?::text[], ?::timestamptz[],
                ?::timestamptz[], ?::bigint[], ?::numeric[], ?::numeric[], ?::numeric[],
                ?::numeric[], ?::timestamptz[], ?::text[], ?::text[], ?::text[])
                as row (meter, subject, group_hash, group_by, window_start, window_end, readings,
                    sum, min, max, latest, latest_at, latest_source, latest_id, reason)
            """;

    /** A value that is there keeps the commit that first brought it. */
    private static final String DISTINCT =
            """
            insert into tallyflow.distinct_value (meter, subject, group_hash, group_by,
                window_start, window_end, value_hash, value, commit)
            select meter, subject, group_hash, group_by::jsonb, window_start, window_end,
                value_hash, value, ?
            from unnest(?::text[], ?::text[], ?::bytea[], ?::text[], ?::timestamptz[],
                ?::timestamptz[], ?::bytea[], ?::text[])
                as row (meter, subject, group_hash, group_by, window_start, window_end, value_hash,
                    value)
            on conflict (meter, subject, window_start, group_hash, value_hash) do nothing
            """;

    private final Connection connection;
    private final long commit;
    private final long checkpoint;

    RowsTable(Connection connection, long commit, long checkpoint) {
        this.connection = connection;
        this.commit = commit;
        this.checkpoint = checkpoint;
    }

    void writeUsage(RowBlock rows) throws SQLException {
        insert(connection, USAGE, rows, commit);
    }

    /** No other part of the commit may have an adjustment of the same cell and reason. */
    void writeAdjustments(RowBlock rows) throws SQLException {
        insert(connection, ADJUSTMENT, rows, commit, checkpoint);
    }

    void writeDistincts(RowBlock rows) throws SQLException {
        insert(connection, DISTINCT, rows, commit);
    }

    /** Runs a statement that takes some values and then the columns; no rows, no statement. */
    static void insert(Connection connection, String sql, RowBlock rows, Object... values)
            throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int next = 1;
            for (Object value : values) {
                statement.setObject(next++, value);
            }
            BaseConnection driver = connection.unwrap(BaseConnection.class);
            for (int column = 0; column < rows.columns().size(); column++) {
                int type = rows.kind().columns().get(column).array();
                statement.setArray(next++, new PgArray(driver, type, rows.columns().get(column)));
            }
            statement.executeUpdate();
        }
    }
}
