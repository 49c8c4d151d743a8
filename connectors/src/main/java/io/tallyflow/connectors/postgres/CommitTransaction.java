package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import io.tallyflow.schemas.commit.RewindTarget;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * The one transaction that makes a checkpoint visible. In this order: lock the ledger; a name in
 * the history is already applied; a commit that follows the ledger's name is applied; anything else
 * is refused. One rule thereby stops a twin job, an attempt that thaws, a database set back to an
 * older copy and an older state.
 *
 * @param allowedLateness how long after its end a window stays open
 * @param parts of one commit, complete and in order
 */
record CommitTransaction(String pipeline, Duration allowedLateness, List<CommitPart> parts)
        implements PostgresSession.Transaction<CommitTransaction.Outcome> {

    /**
     * What became of a commit.
     *
     * @param applied false if it had been applied before
     * @param rows usage rows and adjustments that were written
     */
    record Outcome(long epoch, long commit, boolean applied, long rows) {}

    @Override
    public Outcome run(Connection connection) throws SQLException, IOException {
        CommitPart head = parts.get(0);
        LedgerTable table = new LedgerTable(connection, pipeline);
        Ledger ledger = table.lock();
        LedgerTable.CommitPlace place = table.find(head.name());
        if (place != null && !place.abandoned()) {
            return new Outcome(place.epoch(), place.commit(), false, 0);
        }
        if (place == null && isAskedToRewind(head, table, ledger)) {
            Ledger target = table.recall(head.previous());
            Ledger back = new LedgerRewind(connection, pipeline).back(target, ledger);
            return apply(connection, table, back, true);
        } else if (place == null && head.previous().equals(ledger.name())) {
            return apply(connection, table, ledger, false);
        }
        throw place == null ? regressed(head, ledger) : abandoned(head, place);
    }

    private static boolean isAskedToRewind(CommitPart head, LedgerTable table, Ledger ledger)
            throws SQLException {
        RewindTarget rewind = head.rewind();
        LedgerTable.CommitPlace target = table.find(head.previous());
        return rewind != null
                && target != null
                && !target.abandoned()
                && rewind.equals(new RewindTarget(target.commit(), ledger.epoch()));
    }

    private Outcome apply(Connection connection, LedgerTable table, Ledger ledger, boolean rewinds)
            throws SQLException, IOException {
        CommitPart head = parts.get(0);
        Ledger next = ledger.after(head.name(), head.progress(), allowedLateness);
        if (next.definitions() > ledger.definitions()) {
            MeterRegistry.register(
                    connection,
                    ledger.definitions(),
                    next.definitions(),
                    next.commit(),
                    request -> ledger.newestBefore(request, head.progress()));
        }
        CommitRows.Written written = new CommitRows(connection, next, rewinds).write(parts);
        table.write(next);
        table.remember(next, head.previous(), written);
        return new Outcome(next.epoch(), next.commit(), true, written.rows());
    }

    private static SinkRefusedException abandoned(CommitPart head, LedgerTable.CommitPlace place) {
        return new SinkRefusedException(
                Refusal.STATE_ABANDONED,
                "the state still has to make sure of commit "
                        + place.commit()
                        + " of epoch "
                        + place.epoch()
                        + " ("
                        + head.name()
                        + "), which a rewind has taken back. Nothing was written. Start from a state"
                        + " of the present epoch or from one at or before the rewind's target.");
    }

    private static SinkRefusedException regressed(CommitPart head, Ledger ledger) {
        return new SinkRefusedException(
                Refusal.SINK_REGRESSED,
                "commit "
                        + head.name()
                        + " follows "
                        + head.previous()
                        + ", but the ledger stands at "
                        + ledger.name()
                        + " (commit "
                        + ledger.commit()
                        + " of epoch "
                        + ledger.epoch()
                        + "). Another job writes to this ledger, or the database was set back, or"
                        + " this job was started from an older state. Nothing was written. Stop the"
                        + " other job, or start from the newest checkpoint, or rewind.");
    }
}
