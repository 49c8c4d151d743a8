package io.tallyflow.connectors.postgres.patch;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Takes patches back in a rewind: what they had taken the place of is there again, as far as it
 * stood at the target. Within the transaction of a connection, when the rows of later commits are
 * gone and the runs are marked.
 */
public final class UndonePatches {

    private static final String UNDONE =
            """
            select array_agg(distinct w.run), min(w.window_start), max(w.window_start)
            from tallyflow.patch_window w
            join tallyflow.counting_run c on c.run = w.run
            where c.state = 'undone' and c.cut_commit > ?
            """;

    private static final String FORGET =
            """
            delete from tallyflow.usage_row u
            using tallyflow.patch_window w, tallyflow.cell c
            where u.window_start between ? and ?
              and w.run = any (?) and c.layer = w.layer and c.subject = w.subject
              and u.cell = c.cell and u.window_start = w.window_start
              and u.shard = 1000000 + w.run
            """;

    // What a patch had written that is undone, too, is later than the target; so are all voids.
    private static final String[] PUT_BACK = {
        """
        insert into tallyflow.usage_row (cell, window_start, layer, shard, commit, readings, latest_at,
            settled, sum, min, max, latest, latest_source, latest_id)
        select cell, window_start, layer, shard, commit, readings, latest_at,
            not tallyflow.is_of_run(shard), sum, min, max, latest, latest_source, latest_id
        from tallyflow.patched_usage where run = any (?) and commit <= ?
        """,
        """
        insert into tallyflow.adjustment_row (cell, window_start, layer, commit, checkpoint,
            committed_at, readings, latest_at, reason, sum, min, max, latest, latest_source, latest_id)
        select cell, window_start, layer, commit, checkpoint, committed_at, readings, latest_at, reason,
            sum, min, max, latest, latest_source, latest_id
        from tallyflow.patched_adjustment where run = any (?) and commit <= ?
        """,
        """
        insert into tallyflow.distinct_value (cell, window_start, value_hash, layer, commit, value)
        select cell, window_start, value_hash, layer, commit, value
        from tallyflow.patched_value where run = any (?) and commit <= ?
        """
    };

    private static final String[] KEEP_NO_MORE = {
        "delete from tallyflow.patched_usage where run = any (?)",
        "delete from tallyflow.patched_adjustment where run = any (?)",
        "delete from tallyflow.patched_value where run = any (?)"
    };

    private static final String[] ASK_AGAIN = {
        "delete from tallyflow.void_event where checkpoint > ?",
        // Its event comes again, or it never does.
        """
        update tallyflow.void_event
        set state = 'pending', run = null, event_type = null, event_at = null,
            event_checkpoint = null
        where event_checkpoint > ?
        """
    };

    private static final String PENDING_AGAIN =
            """
            update tallyflow.void_event set state = 'pending', run = null
            where state = 'applied' and run = any (?)
            """;

    // The stream's time went back.
    private static final String NOT_EXPIRED =
            """
            update tallyflow.void_event e set state = 'pending'
            where e.state = 'expired' and e.target is not null
              and not exists (
                select from tallyflow.void_event o
                where o.target = e.target and o.state in ('pending', 'applied'))
            """;

    private final Connection connection;

    public UndonePatches(Connection connection) {
        this.connection = connection;
    }

    /**
     * Puts back.
     *
     * @param commit that results are taken back to
     * @param checkpoint of it
     */
    public void putBack(long commit, long checkpoint) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNDONE)) {
            statement.setLong(1, commit);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                Array runs = row.getArray(1);
                if (runs != null) {
                    putBack(runs, row.getObject(2), row.getObject(3), commit);
                }
            }
        }
        for (String sql : ASK_AGAIN) {
            execute(sql, checkpoint);
        }
        execute(NOT_EXPIRED);
    }

    private void putBack(Array runs, Object first, Object last, long commit) throws SQLException {
        PatchTable table = new PatchTable(connection);
        table.lookUpByKeys();
        execute(FORGET, first, last, runs);
        for (String sql : PUT_BACK) {
            execute(sql, runs, commit);
        }
        for (String sql : KEEP_NO_MORE) {
            execute(sql, runs);
        }
        table.lookUpAsUsual();
        execute(PENDING_AGAIN, runs);
    }

    private void execute(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
