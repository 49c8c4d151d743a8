package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.SinkRefusedException.Refusal;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
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
     * @throws SinkRefusedException if going on would make totals wrong
     */
    void check(CommitName state) throws IOException, InterruptedException {
        try (Session session = new Session(connections, options.patience())) {
            session.run(connection -> checkIn(connection, state));
        }
    }

    private Ledger checkIn(Connection connection, CommitName state)
            throws SQLException, IOException {
        LedgerTable table = new LedgerTable(connection, options.pipeline());
        table.create();
        Ledger ledger = table.lock();
        if (state.equals(CommitName.NONE)) {
            return emptyOrRefused(ledger);
        }
        refuseExpired(ledger, table.age());
        if (state.equals(ledger.name())) {
            return ledger;
        }
        LedgerTable.Place place = table.find(state);
        if (place == null) {
            return ledger; // its commit is still pending, or the first commit will be refused
        }
        if (place.abandoned()) {
            throw abandoned(state, place);
        }
        RewindTarget here = new RewindTarget(place.commit(), ledger.epoch());
        if (!here.equals(options.rewindTo())) {
            throw older(ledger, here);
        }
        return new Rewind(connection, options.pipeline()).to(table.recall(state), ledger);
    }

    private static Ledger emptyOrRefused(Ledger ledger) {
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
        return ledger;
    }

    private void refuseExpired(Ledger ledger, Duration age) {
        Duration kept = options.stateKept();
        if (!kept.isZero() && ledger.commit() > 0 && age.compareTo(kept) > 0) {
            throw new SinkRefusedException(
                    Refusal.STATE_EXPIRED,
                    "the last commit is "
                            + age.toDays()
                            + " days old, and identities are kept for "
                            + kept.toDays()
                            + " days beyond the dedupe horizon: copies of old events might count"
                            + " twice. Set the time state is kept to zero to start all the same.");
        }
    }

    private static SinkRefusedException abandoned(CommitName state, LedgerTable.Place place) {
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

    /** Takes the results back to an earlier commit, in one transaction. */
    private record Rewind(Connection connection, String pipeline) {

        private static final String[] FORGET = {
            "delete from tallyflow.usage_row where commit > ?",
            "delete from tallyflow.adjustment where commit > ?",
            "delete from tallyflow.distinct_value where commit > ?"
        };

        private static final String ABANDON =
                """
                update tallyflow.ledger_history set abandoned_in_epoch = ?
                where pipeline = ? and commit > ? and abandoned_in_epoch is null
                """;

        private static final String RECORD =
                """
                insert into tallyflow.rewind (pipeline, epoch, from_epoch, from_commit, to_commit, at)
                values (?, ?, ?, ?, ?, now())
                """;

        Ledger to(Ledger target, Ledger from) throws SQLException, IOException {
            long epoch = from.epoch() + 1;
            for (String forget : FORGET) {
                execute(forget, target.commit());
            }
            execute(ABANDON, epoch, pipeline, target.commit());
            Ledger rewound = target.inEpoch(epoch);
            new LedgerTable(connection, pipeline).write(rewound);
            execute(RECORD, pipeline, epoch, from.epoch(), from.commit(), target.commit());
            LOG.warn(
                    "Rewound the results of pipeline {} from commit {} to commit {}; this is epoch"
                            + " {}",
                    pipeline,
                    from.commit(),
                    target.commit(),
                    epoch);
            return rewound;
        }

        private void execute(String sql, Object... values) throws SQLException {
            try (var statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    statement.setObject(i + 1, values[i]);
                }
                statement.executeUpdate();
            }
        }
    }
}
