package io.tallyflow.operations.reconcile;

import io.tallyflow.operations.counting.Passes;
import io.tallyflow.operations.counting.Share;
import io.tallyflow.operations.patch.Recounted;
import java.util.List;

/**
 * What the events of a day come to. For one thread.
 *
 * @param shown what totals include of them
 * @param streamed what the stream has counted of them; the same if runs and voids have changed
 *     nothing of the day
 */
record CountedDay(Recounted shown, Recounted streamed) implements Passes.Counted {

    /**
     * @param isAlike whether totals include what the stream has counted
     */
    static CountedDay begin(boolean isAlike) {
        Recounted shown = new Recounted();
        return new CountedDay(shown, isAlike ? shown : new Recounted());
    }

    boolean isAlike() {
        return shown == streamed;
    }

    /** There is room for what the lake's usage says, which is not larger. */
    @Override
    public long bytes() {
        return isAlike() ? 2 * shown.bytes() : shown.bytes() + 2 * streamed.bytes();
    }

    @Override
    public void keep(Share share) {
        shown.keep(share);
        if (!isAlike()) {
            streamed.keep(share);
        }
    }

    /** What several workers have counted; only the first of them is as it was afterwards. */
    static CountedDay merged(List<CountedDay> all) {
        Recounted shown = Recounted.merged(all.stream().map(CountedDay::shown).toList());
        return new CountedDay(
                shown,
                all.get(0).isAlike()
                        ? shown
                        : Recounted.merged(all.stream().map(CountedDay::streamed).toList()));
    }
}
