package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;

/** What memory knows of a cell between two barriers. Confined to the operator's thread. */
final class PlainCell {

    private UsagePartial partial;
    private boolean settled;
    private boolean changed;
    private boolean unwritten;

    /**
     * A cell as state knows it.
     *
     * @param partial {@link io.tallyflow.schemas.usage.UsagePartials#NONE} if it does not
     */
    PlainCell(UsagePartial partial) {
        this.partial = partial;
    }

    /** A cell that must be sent although nothing was added to it. */
    static PlainCell known(UsagePartial partial, boolean settled) {
        PlainCell cell = new PlainCell(partial);
        cell.settled = settled;
        cell.changed = true;
        return cell;
    }

    UsagePartial partial() {
        return partial;
    }

    void change(UsagePartial after) {
        partial = after;
        changed = true;
        unwritten = true;
    }

    boolean isChanged() {
        return changed;
    }

    /** Whether state must hear of it; it is taken to have heard from now on. */
    boolean takeUnwritten() {
        boolean before = unwritten;
        unwritten = false;
        return before;
    }

    UsageRow row(UsageCell cell) {
        return new UsageRow(cell, partial, settled, 0, false);
    }
}
