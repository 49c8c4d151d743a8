package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.rows.BinaryCopy;
import io.tallyflow.connectors.postgres.rows.RowBlock;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.core.BaseConnection;
import org.postgresql.jdbc.PgArray;

/**
 * Writes cells, usage rows, adjustments and distinct values of one commit, each sorted by key.
 * Usage rows that are new come by COPY, which costs the server less than half of what an insert
 * does that looks for a conflict; all else by one statement with an array per column.
 */
final class RowsTable {

    private static final String CELL =
            """
            insert into tallyflow.cell (layer, cell, subject, group_by)
            select layer, cell, subject, group_by::jsonb
            from unnest(?::integer[], ?::uuid[], ?::text[], ?::text[])
                as row (layer, cell, subject, group_by)
            on conflict (cell) do nothing
            """;

    private static final String FIRST_USAGE =
            """
            copy tallyflow.usage_row (layer, commit, cell, window_start, shard, readings, sum, min,
                max, latest, latest_at, latest_source, latest_id, settled)
            from stdin (format binary)
            """;

    /** Where row security holds for whoever commits, Postgres takes no COPY. */
    private static final String FIRST_USAGE_ROW_BY_ROW =
            """
            insert into tallyflow.usage_row (layer, commit, cell, window_start, shard, readings, sum,
                min, max, latest, latest_at, latest_source, latest_id, settled)
            select layer, commit, cell, window_start, shard, readings, sum, min, max, latest,
                latest_at, latest_source, latest_id, settled
            from unnest(?::integer[], ?::bigint[], ?::uuid[], ?::timestamptz[], ?::integer[],
                ?::bigint[], ?::numeric[], ?::numeric[], ?::numeric[], ?::numeric[],
                ?::timestamptz[], ?::text[], ?::text[], ?::boolean[])
                as row (layer, commit, cell, window_start, shard, readings, sum, min, max, latest,
                    latest_at, latest_source, latest_id, settled)
            """;

    private static final String HAS_ROW_SECURITY =
            "select row_security_active('tallyflow.usage_row')";

    /** No commit has this number: what still has it afterwards was not there to be replaced. */
    private static final long NOT_THERE = -1;

    /**
     * An insert that finds conflicts, and not an update: it looks the rows up by their key,
     * whatever the planner believes of the table. Joined to a table whose statistics are older than
     * its newest windows, thousands of rows were compared with each of hundreds of thousands, and a
     * commit took a quarter of an hour.
     */
    private static final String REPLACED_USAGE =
            """
            with written as (
                insert into tallyflow.usage_row as u (commit, layer, cell, window_start, shard,
                    readings, sum, min, max, latest, latest_at, latest_source, latest_id, settled)
                select ?, layer, cell, window_start, shard, readings, sum, min, max, latest,
                    latest_at, latest_source, latest_id, settled
                from unnest(?::integer[], ?::uuid[], ?::timestamptz[], ?::integer[], ?::bigint[],
                    ?::numeric[], ?::numeric[], ?::numeric[], ?::numeric[], ?::timestamptz[],
                    ?::text[], ?::text[], ?::boolean[])
                    as row (layer, cell, window_start, shard, readings, sum, min, max, latest,
                        latest_at, latest_source, latest_id, settled)
                on conflict (cell, window_start, shard) do update set
                    readings = excluded.readings, sum = excluded.sum, min = excluded.min,
                    max = excluded.max, latest = excluded.latest, latest_at = excluded.latest_at,
                    latest_source = excluded.latest_source, latest_id = excluded.latest_id,
                    settled = excluded.settled, commit = ?
                returning u.commit
            )
            select count(*) filter (where commit = ?) from written
            """;

    /** Several parts may adjust one cell; the commit has one adjustment of it per reason. */
    private static final String ADJUSTMENT =
            """
            insert into tallyflow.adjustment_row (commit, checkpoint, committed_at, layer, cell,
                window_start, readings, sum, min, max, latest, latest_at, latest_source, latest_id,
                reason)
            select ?, ?, now(), layer, cell, window_start, sum(readings)::bigint,
                trim_scale(sum(sum)), min(min), max(max),
                (tallyflow.latest(latest, latest_at, latest_source, latest_id)).latest,
                (tallyflow.latest(latest, latest_at, latest_source, latest_id)).latest_at,
                (tallyflow.latest(latest, latest_at, latest_source, latest_id)).latest_source,
                (tallyflow.latest(latest, latest_at, latest_source, latest_id)).latest_id,
                reason
            from unnest(?::integer[], ?::uuid[], ?::timestamptz[], ?::bigint[], ?::numeric[],
                ?::numeric[], ?::numeric[], ?::numeric[], ?::timestamptz[], ?::text[], ?::text[],
                ?::text[])
                as row (layer, cell, window_start, readings, sum, min, max, latest, latest_at,
                    latest_source, latest_id, reason)
            group by layer, cell, window_start, reason
            """;

    /** A value that is there keeps the commit that first brought it. */
    private static final String DISTINCT =
            """
            insert into tallyflow.distinct_value (commit, layer, cell, window_start, value_hash,
                value)
            select ?, layer, cell, window_start, value_hash, value
            from unnest(?::integer[], ?::uuid[], ?::timestamptz[], ?::uuid[], ?::text[])
                as row (layer, cell, window_start, value_hash, value)
            on conflict (cell, window_start, value_hash) do nothing
            """;

    private static final String UNIQUE_VIOLATION = "23505";

    /** Two transactions have taken the same cells in different orders. */
    private static final String DEADLOCK = "40P01";

    private static final int MOST_ATTEMPTS = 10;

    private final Connection connection;
    private final long commit;
    private final long checkpoint;
    private boolean rowSecurity;

    RowsTable(Connection connection, long commit, long checkpoint) {
        this.connection = connection;
        this.commit = commit;
        this.checkpoint = checkpoint;
    }

    /** Before anything is written. */
    void prepare() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(HAS_ROW_SECURITY)) {
            row.next();
            rowSecurity = row.getBoolean(1);
        }
    }

    /** A cell that is there stays as it is. */
    void writeCells(RowBlock cells) throws SQLException {
        run(CELL, cells);
    }

    /**
     * Writes cells in transactions of their own, because a commit of the stream may be about to
     * write the same; there must be none when it is called.
     */
    void writeCellsAlone(RowBlock cells) throws SQLException {
        for (int attempt = 1; true; attempt++) {
            try {
                PostgresSession.pin(connection);
                writeCells(cells);
                connection.commit();
                return;
            } catch (SQLException e) {
                if (!DEADLOCK.equals(e.getSQLState()) || attempt == MOST_ATTEMPTS) {
                    throw e;
                }
                connection.rollback();
            }
        }
    }

    /**
     * Writes usage rows that replace none.
     *
     * @throws SinkRefusedException if one of them is there
     */
    void writeFirstUsage(RowBlock rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try {
            if (rowSecurity) {
                run(FIRST_USAGE_ROW_BY_ROW, rows.inArrays());
            } else {
                copy(rows.columns().get(0));
            }
        } catch (SQLException e) {
            if (UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw disagreement("the state begins rows that are there: " + e.getMessage());
            }
            throw e;
        }
    }

    private void copy(byte[] tuples) throws SQLException {
        try (BinaryCopy copy = BinaryCopy.begin(connection, FIRST_USAGE)) {
            copy.rows(tuples);
            copy.end();
        }
    }

    /**
     * Writes usage rows that replace others.
     *
     * @throws SinkRefusedException if one of those is not there
     */
    void writeChangedUsage(RowBlock rows) throws SQLException {
        long missing = replace(rows, NOT_THERE);
        if (missing > 0) {
            throw disagreement(
                    "of "
                            + rows.count()
                            + " rows that the state knows "
                            + missing
                            + " are not there");
        }
    }

    /**
     * Writes usage rows in a commit that rewinds: some were deleted just before, and others stand.
     */
    void writeRestoredUsage(RowBlock rows) throws SQLException {
        replace(rows, commit);
    }

    /**
     * Writes usage rows, whether they are there or not.
     *
     * @param added commit that a row bears which was not there
     * @return how many bear {@link #NOT_THERE}
     */
    private long replace(RowBlock rows, long added) throws SQLException {
        if (rows.isEmpty()) {
            return 0;
        }
        try (PreparedStatement statement = connection.prepareStatement(REPLACED_USAGE)) {
            statement.setLong(1, added);
            int next = bindColumns(statement, 2, rows);
            statement.setLong(next++, commit);
            statement.setLong(next, NOT_THERE);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** All adjustments of the commit at once. */
    void writeAdjustments(RowBlock rows) throws SQLException {
        run(ADJUSTMENT, rows, commit, checkpoint);
    }

    void writeDistincts(RowBlock rows) throws SQLException {
        run(DISTINCT, rows, commit);
    }

    private SinkRefusedException disagreement(String what) {
        return new SinkRefusedException(
                Refusal.ROWS_DISAGREE,
                "commit "
                        + commit
                        + " cannot be written, because "
                        + what
                        + ". Nothing was written.");
    }

    /** Runs a statement that takes some values, then the columns; no rows, no statement. */
    private void run(String sql, RowBlock rows, Object... before) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int next = 1;
            for (Object value : before) {
                statement.setObject(next++, value);
            }
            bindColumns(statement, next, rows);
            statement.executeUpdate();
        }
    }

    /** The place of the next value. */
    private int bindColumns(PreparedStatement statement, int first, RowBlock rows)
            throws SQLException {
        int next = first;
        BaseConnection driver = connection.unwrap(BaseConnection.class);
        for (int column = 0; column < rows.columns().size(); column++) {
            int type = rows.kind().columns().get(column).array();
            statement.setArray(next++, new PgArray(driver, type, rows.columns().get(column)));
        }
        return next;
    }
}
