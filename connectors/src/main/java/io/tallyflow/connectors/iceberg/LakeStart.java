package io.tallyflow.connectors.iceberg;

import io.tallyflow.connectors.commit.SinkRefusedException;
import io.tallyflow.connectors.commit.SinkRefusedException.Refusal;
import io.tallyflow.connectors.iceberg.LakeCommitter.Made;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the tables before the first record is read, and refuses a start whose batches they would
 * refuse. Changes nothing: what has to be taken back is, once the ledger has gone back.
 */
final class LakeStart {

    /** A commit that the ledger still has to make will be later than all there are. */
    private static final long EPOCH_TO_COME = Long.MAX_VALUE;

    private final Lake lake;
    private final LedgerPlaces ledger;
    private final @Nullable RewindTarget rewindTo;

    LakeStart(Lake lake, LedgerPlaces ledger, @Nullable RewindTarget rewindTo) {
        this.lake = lake;
        this.ledger = ledger;
        this.rewindTo = rewindTo;
    }

    /** A start without state must find the tables empty. */
    void checkFresh() {
        for (LakeTable name : LakeTable.values()) {
            SnapshotNote head = head(name);
            if (!head.position().equals(Position.NONE)) {
                throw inUse(name, head);
            }
        }
    }

    /**
     * A start from a state goes on from it, or takes the tables back to it.
     *
     * @throws SinkRefusedException if going on would lose or double rows
     * @throws IOException if the ledger does not answer
     */
    void check(LakeState state) throws IOException {
        List<Made> pending = new ArrayList<>();
        for (LakeBatch batch : state.pending()) {
            Position own = ledger.find(batch.name());
            pending.add(
                    new Made(
                            batch,
                            own == null ? new Position(batch.name(), EPOCH_TO_COME) : own,
                            batch.start() == null ? null : ledger.find(batch.start())));
        }
        Position at = ledger.find(state.commit());
        for (LakeTable name : LakeTable.values()) {
            SnapshotNote head = head(name);
            Position then = withAll(pending, name, head);
            if (!then.commit().equals(state.previous()) && !mayTakeBack(then, at)) {
                throw LakeCommitter.regressed(state.previous(), state.previous(), name, head);
            }
        }
    }

    /** What a table stands at when it has got everything that is pending. */
    private static Position withAll(List<Made> pending, LakeTable name, SnapshotNote head) {
        Position then = head.position();
        for (Made made : pending) {
            LakeBatch batch = made.batch();
            switch (LakeStep.of(then, batch, made.own(), made.start())) {
                case HELD -> {
                    // It stands there or later.
                }
                case FOLLOWS, TAKE_BACK -> then = made.own();
                case REFUSE ->
                        throw LakeCommitter.regressed(batch.name(), batch.previous(), name, head);
            }
        }
        return then;
    }

    /**
     * The target names a commit of the ledger, which checks that it is the one that the state
     * stands for; here the epoch keeps a forgotten option from being taken for a new one.
     */
    private boolean mayTakeBack(Position head, @Nullable Position state) {
        return rewindTo != null
                && head.epoch() <= rewindTo.epoch()
                && state != null
                && head.isAfter(state);
    }

    private SnapshotNote head(LakeTable name) {
        Table table = lake.table(name);
        table.refresh();
        return Lineage.of(table).head();
    }

    private static SinkRefusedException inUse(LakeTable name, SnapshotNote head) {
        CommitName commit = head.commit();
        return new SinkRefusedException(
                Refusal.LEDGER_IN_USE,
                "a job without state was started, but lake table "
                        + name.tableName()
                        + " stands at batch "
                        + commit
                        + ". Everything read again would be in it twice. Start from the newest"
                        + " checkpoint or savepoint, or use an empty warehouse.");
    }
}
