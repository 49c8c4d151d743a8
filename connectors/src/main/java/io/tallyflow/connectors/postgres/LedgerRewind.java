package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.patch.UndonePatches;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the results back to an earlier commit. It runs inside the transaction of the first commit
 * that follows the target, because only that commit carries all open windows again: a reader sees
 * the results before the rewind or after it, never with rows missing.
 */
final class LedgerRewind {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerRewind.class);

    /** Each commit knows the windows of the usage rows that it wrote. */
    private static final String RANGE =
            """
            select min(usage_from), max(usage_until) from tallyflow.ledger_history
            where pipeline = ? and commit > ? and abandoned_in_epoch is null
            """;

    /**
     * A commit writes few of the partitions that there are; the range leaves those in the plan, and
     * with the layers an index finds it within them.
     */
    private static final String FORGET_USAGE =
            """
            delete from tallyflow.usage_row
            where window_start between ? and ? and commit > ?
              and layer = any (array (select layer from tallyflow.layer))
            """;

    /**
     * Of any window, and found by their index, because nothing changes them once they are there.
     */
    private static final String[] FORGET = {
        "delete from tallyflow.adjustment_row where commit > ?",
        "delete from tallyflow.distinct_value where commit > ?"
    };

    /**
     * How long an answer may take: a rewind of hours deletes millions of rows, and if the client
     * gave up before the server is done, all of it would begin anew.
     */
    private static final Duration LONGEST_ANSWER = Duration.ofHours(2);

    private static final String ABANDON =
            """
            update tallyflow.ledger_history set abandoned_in_epoch = ?
            where pipeline = ? and commit > ? and abandoned_in_epoch is null
            """;

    /**
     * What came after the target is counted once more, and then by the versions that these runs are
     * of. A version that took the place of another by such a run keeps it, and lacks what was
     * accepted up to the target.
     */
    private static final String UNDO_RUNS =
            """
            with undone as (
                update tallyflow.counting_run set state = 'undone'
                where cut_commit > ? and state in ('running', 'shown')
                returning layer, kind
            ),
            hidden as (
                update tallyflow.layer l set shown = false
                from undone where undone.layer = l.layer and l.shown
                returning l.slug, undone.kind
            )
            update tallyflow.meter_definition d set complete_from = greatest(
                d.complete_from,
                date_bin(tallyflow.grain(d.window_size), ?::timestamptz, '0001-01-01 00:00:00+00')
                    + tallyflow.grain(d.window_size))
            from hidden where hidden.slug = d.slug and hidden.kind = 'redefine'
            """;

    private static final String RECORD =
            """
            insert into tallyflow.rewind (pipeline, epoch, from_epoch, from_commit, to_commit, at)
            values (?, ?, ?, ?, ?, now())
            """;

    private final Connection connection;
    private final String pipeline;

    LedgerRewind(Connection connection, String pipeline) {
        this.connection = connection;
        this.pipeline = pipeline;
    }

    /**
     * Forgets what came after the target.
     *
     * @param target the ledger as it stood then
     * @param present the ledger as it stands now
     * @return the ledger as it stood then, in a new epoch; still to be written
     */
    Ledger back(Ledger target, Ledger present) throws SQLException {
        long epoch = present.epoch() + 1;
        Range range = range(target.commit());
        // First: the database lets nothing be deleted of a commit that is not taken back.
        execute(ABANDON, epoch, pipeline, target.commit());
        int usualAnswer = connection.getNetworkTimeout();
        connection.setNetworkTimeout(Runnable::run, (int) LONGEST_ANSWER.toMillis());
        if (range != null) {
            execute(FORGET_USAGE, range.from(), range.until(), target.commit());
        }
        for (String forget : FORGET) {
            execute(forget, target.commit());
        }
        connection.setNetworkTimeout(Runnable::run, usualAnswer);
        Long newest = target.newestMillis();
        execute(UNDO_RUNS, target.commit(), newest == null ? null : PostgresTime.ofMillis(newest));
        new UndonePatches(connection).putBack(target.commit(), target.name().checkpoint());
        execute(RECORD, pipeline, epoch, present.epoch(), present.commit(), target.commit());
        LOG.warn(
                "Rewinding the results of pipeline {} from commit {} to commit {}; epoch {} begins",
                pipeline,
                present.commit(),
                target.commit(),
                epoch);
        return target.inEpoch(epoch);
    }

    /** Windows, inclusive. */
    private record Range(OffsetDateTime from, OffsetDateTime until) {}

    /** What the commits after the target wrote; null if they wrote no usage rows. */
    private @Nullable Range range(long target) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RANGE)) {
            statement.setString(1, pipeline);
            statement.setLong(2, target);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                OffsetDateTime from = row.getObject(1, OffsetDateTime.class);
                return from == null
                        ? null
                        : new Range(from, row.getObject(2, OffsetDateTime.class));
            }
        }
    }

    private void execute(String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
