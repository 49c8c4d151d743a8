package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.refusal.CommitLedger;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where the lake's batches stand in the ledger, by the commits that they are named after. */
record LedgerPlaces(CommitLedger ledger) {

    /**
     * Whether the ledger has made no commit.
     *
     * @throws IOException if it does not answer
     */
    boolean isEmpty() throws IOException {
        return ledger.isEmpty();
    }

    /**
     * Whether the start that a commit is of has made any in this ledger, taken back or not. One
     * that a ledger does not know by itself any more, because it was set back, is told so, too.
     *
     * @throws IOException if it does not answer
     */
    boolean knowsStartOf(CommitName name) throws IOException {
        return ledger.find(new CommitName(name.token(), 0)) != null;
    }

    /**
     * Looks a commit up.
     *
     * @return null if the ledger has not made it yet
     * @throws SinkRefusedException if a rewind has taken it back
     * @throws IOException if the ledger does not answer
     */
    @Nullable Position find(CommitName name) throws IOException {
        if (name.equals(CommitName.NONE)) {
            return Position.NONE;
        }
        CommitLedger.CommitStanding place = ledger.find(name);
        if (place != null && place.abandoned()) {
            throw new SinkRefusedException(
                    Refusal.STATE_ABANDONED,
                    "the state stands for batch "
                            + name
                            + " of the lake, whose commit a rewind has taken back. Start from a"
                            + " state of the present epoch or from one at or before the rewind's"
                            + " target.");
        }
        return place == null ? null : new Position(name, place.epoch());
    }
}
