package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.commit.CommitName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The staging table, as one attempt at a commit uses it: parts are loaded, by whichever connection,
 * then applied in their order by the connection that commits, then taken away by the same
 * transaction. Rows of other attempts are never applied.
 *
 * @param load drawn anew by each attempt
 */
record StagedRows(String pipeline, CommitName name, long load) {

    private static final String LOAD_USAGE =
            """
            insert into tallyflow.staged_row (pipeline, token, checkpoint, load, part,
                meter, subject, group_hash, group_by, window_start, window_end, readings, sum, min,
                max, latest, latest_at, latest_source, latest_id, settled, shard)
            select ?, ?, ?, ?, ?, meter, subject, group_hash, group_by::jsonb, window_start,
                window_end, readings, sum, min, max, latest, latest_at, latest_source, latest_id,
                settled, shard
            from unnest(?::text[], ?::text[], ?::bytea[], ?::text[], ?::timestamptz[],
                ?::timestamptz[], ?::bigint[], ?::numeric[], ?::numeric[], ?::numeric[],
                ?::numeric[], ?::timestamptz[], ?::text[], ?::text[], ?::boolean[], ?::integer[])
                as row (meter, subject, group_hash, group_by, window_start, window_end, readings,
                    sum, min, max, latest, latest_at, latest_source, latest_id, settled, shard)
            """;

    private static final String LOAD_ADJUSTMENTS =
            """
            insert into tallyflow.staged_row (pipeline, token, checkpoint, load, part,
                meter, subject, group_hash, group_by, window_start, window_end, readings, sum, min,
                max, latest, latest_at, latest_source, latest_id, reason)
            select ?, ?, ?, ?, ?, meter, subject, group_hash, group_by::jsonb, window_start,
                window_end, readings, sum, min, max, latest, latest_at, latest_source, latest_id,
                reason
            from unnest(?::text[], ?::text[], ?::bytea[], ?::text[], ?::timestamptz[],
                ?::timestamptz[], ?::bigint[], ?::numeric[], ?::numeric[], ?::numeric[],
                ?::numeric[], ?::timestamptz[], ?::text[], ?::text[], ?::text[])
                as row (meter, subject, group_hash, group_by, window_start, window_end, readings,
                    sum, min, max, latest, latest_at, latest_source, latest_id, reason)
            """;

    private static final String APPLY_USAGE =
            """
            insert into tallyflow.usage_row (meter, subject, group_hash, group_by, window_start,
                window_end, readings, sum, min, max, latest, latest_at, latest_source, latest_id,
                settled, shard, commit)
            select meter, subject, group_hash, group_by, window_start, window_end, readings,
                sum, min, max, latest, latest_at, latest_source, latest_id, settled, shard, ?
            from tallyflow.staged_row
            where load = ? and part = ? and reason is null
            on conflict (meter, subject, window_start, group_hash, shard) do update set
                readings = excluded.readings, sum = excluded.sum, min = excluded.min,
                max = excluded.max, latest = excluded.latest, latest_at = excluded.latest_at,
                latest_source = excluded.latest_source, latest_id = excluded.latest_id,
                settled = excluded.settled, commit = excluded.commit
            """;

    /** Several parts may adjust one cell; the commit has one adjustment of it per reason. */
    private static final String APPLY_ADJUSTMENTS =
            """
            insert into tallyflow.adjustment (meter, subject, group_hash, group_by, window_start,
                window_end, readings, sum, min, max, latest, latest_at, latest_source, latest_id,
                reason, commit, checkpoint, committed_at)
            select meter, subject, group_hash, group_by, window_start, window_end,
                sum(readings)::bigint, trim_scale(sum(sum)), min(min), max(max),
                (array_agg(latest order by latest_at desc, latest_source desc, latest_id desc)
                    filter (where latest is not null))[1],
                max(latest_at),
                (array_agg(latest_source
                        order by latest_at desc, latest_source desc, latest_id desc)
                    filter (where latest is not null))[1],
                (array_agg(latest_id
                        order by latest_at desc, latest_source desc, latest_id desc)
                    filter (where latest is not null))[1],
                reason, ?, ?, now()
            from tallyflow.staged_row
            where load = ? and reason is not null
            group by meter, subject, group_hash, group_by, window_start, window_end, reason
            """;

    /**
     * Of all attempts: who commits has the ledger, and what others staged is of no use any more.
     */
    private static final String TAKE_AWAY =
            """
            with gone as (delete from tallyflow.staged_row where pipeline = ? returning load)
            select count(*) from gone where load = ?
            """;

    private static final String LEFTOVERS = "delete from tallyflow.staged_row where pipeline = ?";

    /** Brings the usage rows and adjustments of a part; distinct values are not staged. */
    void load(Connection connection, int part, RowBlocks rows) throws SQLException {
        loadUsage(connection, part, rows.usage());
        loadAdjustments(connection, part, rows.adjustments());
    }

    private void loadUsage(Connection connection, int part, RowBlock rows) throws SQLException {
        RowsTable.insert(
                connection,
                LOAD_USAGE,
                rows,
                pipeline,
                name.token(),
                name.checkpoint(),
                load,
                part);
    }

    void loadAdjustments(Connection connection, int part, RowBlock rows) throws SQLException {
        RowsTable.insert(
                connection,
                LOAD_ADJUSTMENTS,
                rows,
                pipeline,
                name.token(),
                name.checkpoint(),
                load,
                part);
    }

    void applyUsage(Connection connection, long commit, int part) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(APPLY_USAGE)) {
            statement.setLong(1, commit);
            statement.setLong(2, load);
            statement.setInt(3, part);
            statement.executeUpdate();
        }
    }

    void applyAdjustments(Connection connection, long commit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(APPLY_ADJUSTMENTS)) {
            statement.setLong(1, commit);
            statement.setLong(2, name.checkpoint());
            statement.setLong(3, load);
            statement.executeUpdate();
        }
    }

    /**
     * Deletes what was staged.
     *
     * @param expected rows that were loaded
     * @throws SQLException for another try of the transaction, if any of them had disappeared: the
     *     server crashed, or an attempt that should be dead deleted them
     */
    void takeAway(Connection connection, long expected) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TAKE_AWAY)) {
            statement.setString(1, pipeline);
            statement.setLong(2, load);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (row.getLong(1) != expected) {
                    throw new SQLException(
                            "of %d staged rows of commit %s %d are left"
                                    .formatted(expected, name, row.getLong(1)),
                            Trouble.STAGED_ROWS_GONE);
                }
            }
        }
    }

    /** Deletes what attempts that ended early have left behind. */
    static void forgetLeftovers(Connection connection, String pipeline) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LEFTOVERS)) {
            statement.setString(1, pipeline);
            statement.executeUpdate();
        }
    }
}
