package io.tallyflow.connectors.postgres.patch;

import static java.util.Comparator.naturalOrder;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Patches and what they take the place of, within the transaction of a connection. */
public final class PatchTable {

    /** Of the session, which ends with the process. */
    private static final String ONE_PATCH =
            "select pg_try_advisory_lock(hashtextextended('tallyflow.patch', 0))";

    /** As registration has it, and as runs have it, which take their numbers from the same row. */
    private static final String LOCK_LAYERS =
            "select pg_advisory_xact_lock(hashtextextended('tallyflow.meter_request', 0))";

    private static final String STANDING =
            """
            select h.commit, h.watermark
            from tallyflow.ledger_history h
            where h.token = ? and h.checkpoint = ? and h.abandoned_in_epoch is null
              and ? = (select max(l.epoch) from tallyflow.ledger l)
            order by h.commit desc limit 1
            """;

    /** Few windows are looked up by their keys, whatever the planner believes of the tables. */
    private static final String BY_KEYS =
            """
            set local enable_hashjoin = off;
            set local enable_mergejoin = off;
            set local enable_seqscan = off;
            """;

    private static final String AS_USUAL =
            """
            set local enable_hashjoin to default;
            set local enable_mergejoin to default;
            set local enable_seqscan to default;
            """;

    private static final String GIVE_UP =
            """
            update tallyflow.counting_run set state = 'failed'
            where state = 'running' and kind in ('patch', 'repair')
            """;

    private static final String FAIL =
            "update tallyflow.counting_run set state = 'failed' where run = ? and state = 'running'";

    private static final String BEGIN =
            """
            insert into tallyflow.counting_run (run, kind, cut_commit, reason, swept)
            select coalesce(max(run), 0) + 1, ?, ?, ?, true from tallyflow.counting_run
            returning run
            """;

    private static final String LOCK_LEDGER =
            "select epoch, commit, checkpoint from tallyflow.ledger order by pipeline for update";

    private static final String ADD_WINDOWS =
            """
            insert into tallyflow.patch_window (run, layer, subject, window_start, readings, cells)
            select ?, w.*
            from unnest(?::integer[], ?::text[], ?::timestamptz[], ?::bigint[], ?::integer[]) w
            """;

    private static final String KEEP_USAGE =
            """
            insert into tallyflow.patched_usage (run, cell, window_start, layer, shard, commit,
                readings, latest_at, sum, min, max, latest, latest_source, latest_id)
            select w.run, u.cell, u.window_start, u.layer, u.shard, u.commit, u.readings, u.latest_at,
                u.sum, u.min, u.max, u.latest, u.latest_source, u.latest_id
            from tallyflow.patch_window w
            join tallyflow.cell c on c.layer = w.layer and c.subject = w.subject
            join tallyflow.usage_row u on u.cell = c.cell and u.window_start = w.window_start
            join tallyflow.layer l on l.layer = u.layer and (l.kind = 'stream' or l.shown)
            where w.run = ? and u.window_start between ? and ?
            """;

    private static final String KEEP_ADJUSTMENTS =
            """
            insert into tallyflow.patched_adjustment (run, cell, window_start, layer, commit,
                checkpoint, committed_at, readings, latest_at, reason, sum, min, max, latest,
                latest_source, latest_id)
            select w.run, a.cell, a.window_start, a.layer, a.commit, a.checkpoint, a.committed_at,
                a.readings, a.latest_at, a.reason, a.sum, a.min, a.max, a.latest, a.latest_source,
                a.latest_id
            from tallyflow.patch_window w
            join tallyflow.cell c on c.layer = w.layer and c.subject = w.subject
            join tallyflow.adjustment_row a on a.cell = c.cell and a.window_start = w.window_start
            where w.run = ? and a.window_start between ? and ? and a.commit <= ?
            """;

    private static final String KEEP_VALUES =
            """
            insert into tallyflow.patched_value (run, cell, window_start, value_hash, layer, commit,
                value)
            select w.run, v.cell, v.window_start, v.value_hash, v.layer, v.commit, v.value
            from tallyflow.patch_window w
            join tallyflow.layer l on l.cells_of = w.layer and (l.kind = 'stream' or l.shown)
            join tallyflow.cell c on c.layer = l.layer and c.subject = w.subject
            join tallyflow.distinct_value v on v.cell = c.cell and v.window_start = w.window_start
            where w.run = ? and v.window_start between ? and ? and v.commit <= ?
            """;

    private static final String[] TAKE = {
        """
        delete from tallyflow.usage_row u using tallyflow.patched_usage p
        where p.run = ? and u.window_start between ? and ?
          and u.cell = p.cell and u.window_start = p.window_start and u.shard = p.shard
        """,
        """
        delete from tallyflow.adjustment_row a using tallyflow.patched_adjustment p
        where p.run = ? and a.window_start between ? and ?
          and a.cell = p.cell and a.window_start = p.window_start and a.commit = p.commit
          and a.reason = p.reason
        """,
        """
        delete from tallyflow.distinct_value v using tallyflow.patched_value p
        where p.run = ? and v.window_start between ? and ?
          and v.cell = p.cell and v.window_start = p.window_start
          and v.value_hash = p.value_hash
        """
    };

    /** What each cell lost, for whoever asks what has changed a settled window. */
    private static final String TELL =
            """
            insert into tallyflow.patched_adjustment (run, cell, window_start, layer, commit,
                checkpoint, committed_at, readings, reason, sum)
            select r.run, d.cell, d.window_start, c.layer, ?, ?, now(), sum(d.readings),
                case r.kind when 'repair' then 'repair' else 'void' end,
                trim_scale(sum(d.sum))
            from (
                select p.cell, p.window_start, -p.readings as readings, -p.sum as sum
                from tallyflow.patched_usage p where p.run = ?
                union all
                select p.cell, p.window_start, -p.readings, -p.sum
                from tallyflow.patched_adjustment p where p.run = ?
                union all
                select u.cell, u.window_start, u.readings, u.sum
                from tallyflow.patch_window w
                join tallyflow.cell c on c.layer = w.layer and c.subject = w.subject
                join tallyflow.usage_row u on u.cell = c.cell and u.window_start = w.window_start
                where w.run = ? and u.shard = ?) d
            join tallyflow.cell c on c.cell = d.cell
            join tallyflow.counting_run r on r.run = ?
            group by d.cell, d.window_start, c.layer, r.run
            having sum(d.readings) <> 0 or sum(d.sum) <> 0
            """;

    private static final String SHOWN =
            """
            update tallyflow.counting_run
            set state = 'shown', shown_in_commit = ?, events = ?, windows = ?
            where run = ? and state = 'running'
            """;

    private final Connection connection;

    public PatchTable(Connection connection) {
        this.connection = connection;
    }

    /**
     * Lets nobody else patch as long as the connection is open.
     *
     * @return false if somebody does
     */
    public boolean patchAlone() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(ONE_PATCH)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /**
     * What the lake stands for.
     *
     * @param commit number of its commit
     * @param watermark of it; null if there was none
     */
    public record Standing(long commit, @Nullable Instant watermark) {}

    /** Which commit a batch of the lake stands for; null if none that counts as made. */
    public @Nullable Standing standing(long token, long checkpoint, long epoch)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STANDING)) {
            statement.setLong(1, token);
            statement.setLong(2, checkpoint);
            statement.setLong(3, epoch);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                OffsetDateTime watermark = row.getObject(2, OffsetDateTime.class);
                return new Standing(
                        row.getLong(1), watermark == null ? null : watermark.toInstant());
            }
        }
    }

    /** For the rest of the transaction: what follows looks up few rows among very many. */
    public void lookUpByKeys() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(BY_KEYS);
        }
    }

    /** Ends what {@link #lookUpByKeys} has begun. */
    void lookUpAsUsual() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(AS_USUAL);
        }
    }

    /**
     * Begins a patch. One that was begun before and not made is given up: nobody else patches.
     *
     * @param kind why it is made
     * @param commit whose events it counts
     * @param reason for people; null if nobody said
     * @return number of its run
     */
    public long begin(PatchKind kind, long commit, @Nullable String reason) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK_LAYERS);
            statement.executeUpdate(GIVE_UP);
        }
        try (PreparedStatement statement = connection.prepareStatement(BEGIN)) {
            statement.setString(1, kind.label());
            statement.setLong(2, commit);
            statement.setString(3, reason);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** Gives a patch up that could not be made. */
    public void fail(long run) throws SQLException {
        run(FAIL, run);
    }

    /**
     * The ledger, which nobody changes until the transaction ends.
     *
     * @param commit number of the last commit
     * @param checkpoint of it
     */
    public record Present(long epoch, long commit, long checkpoint) {}

    /** Holds the ledger: no commit and no rewind comes between. Null if there is none. */
    public @Nullable Present hold() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LOCK_LEDGER)) {
            return row.next() ? new Present(row.getLong(1), row.getLong(2), row.getLong(3)) : null;
        }
    }

    /**
     * Takes the rows of windows away and keeps them.
     *
     * @param run whose windows they are
     * @param windows at least one
     * @param commit that the lake stands for: what came later for them stays
     * @param readings of each window that there will be
     * @param cells likewise, groups
     */
    public void take(
            long run,
            long commit,
            List<PatchWindow> windows,
            List<Long> readings,
            List<Integer> cells)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADD_WINDOWS)) {
            statement.setLong(1, run);
            WindowColumns.bind(statement, 2, windows);
            statement.setArray(5, connection.createArrayOf("bigint", readings.toArray()));
            statement.setArray(6, connection.createArrayOf("integer", cells.toArray()));
            statement.executeUpdate();
        }
        // Few partitions, though the planner does not know the windows.
        OffsetDateTime first =
                windows.stream().map(WindowColumns::start).min(naturalOrder()).orElseThrow();
        OffsetDateTime last =
                windows.stream().map(WindowColumns::start).max(naturalOrder()).orElseThrow();
        run(KEEP_USAGE, run, first, last);
        run(KEEP_ADJUSTMENTS, run, first, last, commit);
        run(KEEP_VALUES, run, first, last, commit);
        for (String take : TAKE) {
            run(take, run, first, last);
        }
    }

    /**
     * Says what a patch has changed, and that totals include it.
     *
     * @param shard that its rows of usage bear
     * @throws SQLException also if somebody has ended it
     */
    public void show(long run, int shard, Present present, long readings, long cells)
            throws SQLException {
        run(TELL, present.commit() + 1, present.checkpoint(), run, run, run, shard, run);
        if (run(SHOWN, present.commit(), readings, cells, run) == 0) {
            throw new SQLException("patch " + run + " was ended by somebody else");
        }
    }

    private int run(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }
}
