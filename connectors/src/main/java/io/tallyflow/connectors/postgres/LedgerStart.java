package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.session.Outage;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import java.io.IOException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.metrics.SimpleCounter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the ledger before the first record is read: refuses a start whose state does not fit,
 * and rewinds if this start was asked to. The chain of names is the proof that nothing is lost;
 * this is the courtesy of saying so at once.
 */
final class LedgerStart implements Serializable {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(LedgerStart.class);

    private final JdbcConnectionProvider connections;
    private final PostgresSinkOptions options;

    LedgerStart(JdbcConnectionProvider connections, PostgresSinkOptions options) {
        this.connections = connections;
        this.options = options;
    }

    /**
     * Compares the ledger with the state that the job starts from.
     *
     * @param state name of the last commit that the state knows of; {@link CommitName#NONE} for a
     *     start without state
     * @return what the first commit must take the ledger back to; null if it goes on as it stands
     * @throws SinkRefusedException if going on would make totals wrong
     */
    @Nullable RewindTarget check(CommitName state) throws IOException, InterruptedException {
        Outage outage = new Outage(new SimpleCounter(), System::nanoTime);
        try (PostgresSession session =
                new PostgresSession(connections, options.patience(), outage)) {
            return session.run(connection -> rewindNeeded(connection, state)).orElse(null);
        }
    }

    private Optional<RewindTarget> rewindNeeded(Connection connection, CommitName state)
            throws SQLException, IOException {
        LedgerTable table = new LedgerTable(connection, options.pipeline());
        table.create(options.shards());
        if (state.equals(CommitName.NONE)) {
            table.reshard(options.shards());
        }
        Ledger ledger = table.lock();
        LOG.info(
                "The ledger of pipeline {} stands at commit {} of epoch {}, named {}; the state that"
                        + " this start goes on from knows {}",
                options.pipeline(),
                ledger.commit(),
                ledger.epoch(),
                ledger.name(),
                state);
        refuseOtherShards(table.shards());
        if (state.equals(CommitName.NONE)) {
            refuseInUse(ledger);
            return Optional.empty();
        }
        LedgerTable.CommitPlace place = table.find(state);
        refuseExpired(ledger, table.age());
        if (place != null) {
            // A rewind starts from a state that may be much older than the ledger.
            refuseExpired(ledger, place.age());
        }
        if (place == null) {
            // Its commit is still pending, or the first commit will be refused.
            return Optional.empty();
        }
        if (state.equals(ledger.name())) {
            // Asked to go back to where the ledger stands: the lake may be ahead of a ledger that
            // was restored, and both are to begin the same epoch.
            return Optional.of(new RewindTarget(place.commit(), ledger.epoch()))
                    .filter(here -> here.equals(options.rewindTo()));
        }
        if (place.abandoned()) {
            throw abandoned(state, place);
        }
        RewindTarget here = new RewindTarget(place.commit(), ledger.epoch());
        if (!here.equals(options.rewindTo())) {
            throw older(ledger, here);
        }
        return Optional.of(here);
    }

    private void refuseOtherShards(int shards) {
        if (shards != options.shards()) {
            throw new SinkRefusedException(
                    Refusal.SHARDS_CHANGED,
                    "each subject is to be split into "
                            + options.shards()
                            + " shards, but the first start of pipeline "
                            + options.pipeline()
                            + " fixed them at "
                            + shards
                            + ", and what one shard knows of a window cannot be given to another."
                            + " Start with "
                            + shards
                            + ", or use an empty database.");
        }
    }

    private static void refuseInUse(Ledger ledger) {
        if (!ledger.name().equals(CommitName.NONE)) {
            throw new SinkRefusedException(
                    Refusal.LEDGER_IN_USE,
                    "a job without state was started, but the ledger stands at commit "
                            + ledger.commit()
                            + " of epoch "
                            + ledger.epoch()
                            + ". Counting from the beginning again would not add up with it. Start"
                            + " from the newest checkpoint or savepoint, or use an empty database.");
        }
    }

    private void refuseExpired(Ledger ledger, Duration age) {
        Duration kept = options.stateKept();
        if (!kept.isZero() && ledger.commit() > 0 && age.compareTo(kept) > 0) {
            throw new SinkRefusedException(
                    Refusal.STATE_EXPIRED,
                    "the commit that this start would go on from is "
                            + age.toDays()
                            + " days old, and identities are kept for "
                            + kept.toDays()
                            + " days beyond the dedupe horizon: copies of old events might count"
                            + " twice. If you know that there are none, start with --state-kept \"0 s\".");
        }
    }

    private static SinkRefusedException abandoned(CommitName state, LedgerTable.CommitPlace place) {
        return new SinkRefusedException(
                Refusal.STATE_ABANDONED,
                "the state stands for commit "
                        + place.commit()
                        + " of epoch "
                        + place.epoch()
                        + " ("
                        + state
                        + "), which a rewind has taken back. Start from a state of the present epoch"
                        + " or from one at or before the rewind's target.");
    }

    private static SinkRefusedException older(Ledger ledger, RewindTarget here) {
        return new SinkRefusedException(
                Refusal.SINK_REGRESSED,
                "the state stands for commit "
                        + here.commit()
                        + ", but the ledger stands at commit "
                        + ledger.commit()
                        + " of epoch "
                        + ledger.epoch()
                        + ". Nothing was written. Start from the newest checkpoint, or, to take the"
                        + " results back to this state, start with the rewind target "
                        + here
                        + ".");
    }
}
