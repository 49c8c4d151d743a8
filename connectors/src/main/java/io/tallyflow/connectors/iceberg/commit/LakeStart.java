package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.commit.LakeCommitter.NumberedBatch;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeTrouble;
import io.tallyflow.connectors.iceberg.table.Lineage;
import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.iceberg.table.SnapshotNote;
import io.tallyflow.connectors.iceberg.table.UnreadableDeletesException;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the tables before the first record is read, and refuses a start whose batches they would
 * refuse. The checks change nothing: what has to be taken back is, once the ledger has gone back.
 */
final class LakeStart {

    /** A commit that the ledger still has to make will be later than all there are. */
    private static final long EPOCH_TO_COME = Long.MAX_VALUE;

    private final Lake lake;
    private final LedgerPlaces ledger;
    private final LakeRule rule;
    private final @Nullable RewindTarget rewindTo;

    LakeStart(Lake lake, LedgerPlaces ledger, LakeRule rule, @Nullable RewindTarget rewindTo) {
        this.lake = lake;
        this.ledger = ledger;
        this.rule = rule;
        this.rewindTo = rewindTo;
    }

    /**
     * A start without state must find the ledger and the tables empty.
     *
     * @throws IOException if the ledger does not answer
     */
    void checkFresh() throws IOException {
        if (!ledger.isEmpty()) {
            throw inUse("the ledger has commits");
        }
        for (LakeTable name : LakeTable.values()) {
            SnapshotNote head = lineage(name).head();
            if (!head.position().equals(Position.NONE)) {
                throw inUse("lake table " + name.tableName() + " stands at batch " + head.commit());
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
        List<NumberedBatch> pending = new ArrayList<>();
        for (LakeBatch batch : state.pending()) {
            Position own = ledger.find(batch.name());
            pending.add(
                    new NumberedBatch(
                            batch,
                            own == null ? new Position(batch.name(), EPOCH_TO_COME) : own,
                            batch.start() == null ? null : ledger.find(batch.start())));
        }
        Position at = ledger.find(state.commit());
        for (LakeTable name : LakeTable.values()) {
            requireKept(name, state);
            Lineage lineage = lineage(name);
            Position then = withAll(pending, name, lineage);
            if (!then.commit().equals(state.previous()) && !mayTakeBack(lineage, then, at)) {
                throw LakeRule.regressed(state.previous(), state.previous(), name, lineage);
            }
            if (at != null && mayTakeBack(lineage, lineage.head().position(), at)) {
                requireReadable(name, at);
            }
        }
    }

    /**
     * Makes the tables that are missing, for a start that was not refused.
     *
     * @throws SinkRefusedException if catalog or store do not let them be made: whoever starts a
     *     lake is there to mend it, and must not find the job trying for ever
     */
    void makeTables() {
        if (Stream.of(LakeTable.values()).allMatch(lake::has)) {
            return;
        }
        try {
            lake.create();
        } catch (RuntimeException e) {
            throw LakeTrouble.isRefusal(e) ? refusedByLake(e) : e;
        }
    }

    /** What a table stands at when it has got everything that is pending. */
    private Position withAll(List<NumberedBatch> pending, LakeTable name, Lineage lineage)
            throws IOException {
        Position then = lineage.head().position();
        for (NumberedBatch made : pending) {
            LakeBatch batch = made.batch();
            switch (rule.step(lineage, then, batch, made.own(), made.start())) {
                case HELD -> {
                    // It stands there or later.
                }
                case FOLLOWS, TAKE_BACK -> then = made.own();
                case REFUSE ->
                        throw LakeRule.regressed(batch.name(), batch.previous(), name, lineage);
            }
        }
        return then;
    }

    /**
     * The target names a commit of the ledger, which checks that it is the one that the state
     * stands for; here the epoch keeps a forgotten option from being taken for a new one.
     */
    private boolean mayTakeBack(Lineage lineage, Position head, @Nullable Position state)
            throws IOException {
        return rewindTo != null
                && head.epoch() <= rewindTo.epoch()
                && state != null
                && head.isAfter(state)
                && rule.mayTakeBack(lineage, state);
    }

    /** Making it anew would lose all that it held. */
    private void requireKept(LakeTable name, LakeState state) {
        if (!state.previous().equals(CommitName.NONE) && !lake.has(name)) {
            throw new NoSuchTableException(
                    "lake table %s was made before batch %s and is not in the catalog any more: put"
                            + " it back, under its name",
                    name.tableName(), state.previous());
        }
    }

    /** Once the ledger has gone back, nobody can do without the table any more. */
    private void requireReadable(LakeTable name, Position target) {
        try {
            LakeRewind.requireReadable(lake.table(name), target);
        } catch (UnreadableDeletesException e) {
            throw new SinkRefusedException(Refusal.LAKE_REFUSED, e.getMessage() + ".");
        }
    }

    /** A table that is yet to be made stands at nothing. */
    private Lineage lineage(LakeTable name) {
        if (!lake.has(name)) {
            return Lineage.of(List.of());
        }
        Table table = lake.table(name);
        table.refresh();
        return Lineage.of(table);
    }

    private static SinkRefusedException refusedByLake(RuntimeException cause) {
        return new SinkRefusedException(
                Refusal.LAKE_REFUSED,
                "the lake's tables cannot be made: "
                        + cause
                        + ". Give the job the right to write to the warehouse and the catalog, or"
                        + " name others.");
    }

    private static SinkRefusedException inUse(String what) {
        return new SinkRefusedException(
                Refusal.LEDGER_IN_USE,
                "a job without state was started, but "
                        + what
                        + ". Everything read again would be counted twice. Start from the newest"
                        + " checkpoint or savepoint, or use an empty database and warehouse.");
    }
}
