package io.tallyflow.functions.identities.run;

import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.HashRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs of one range of hashes, and under them four shelves with older runs of its quarters. As all
 * on a shelf is newer than what is under it, the first that is found on the way down, from the
 * newest run to the oldest, is what was put last.
 */
final class IdentityShelf {

    private static final int QUARTERS = 4;

    private final HashRange range;
    private final @Nullable IdentityShelf[] quarters = new IdentityShelf[QUARTERS];

    /** From the newest to the oldest. */
    private final List<IdentityRun> runs = new ArrayList<>();

    IdentityShelf(HashRange range) {
        this.range = range;
    }

    HashRange range() {
        return range;
    }

    /** The runs, from the newest to the oldest. */
    List<IdentityRun> runs() {
        return runs;
    }

    /** The shelf of a quarter, made if it is not there. */
    IdentityShelf quarter(int quarter) {
        IdentityShelf shelf = quarters[quarter];
        if (shelf == null) {
            shelf = new IdentityShelf(range.quarter(quarter));
            quarters[quarter] = shelf;
        }
        return shelf;
    }

    /** What was put last for an identity, or null. */
    @Nullable FirstSeen first(long high, long low, RunReader reader) {
        IdentityShelf shelf = this;
        FirstSeen first = null;
        while (shelf != null && first == null) {
            first = shelf.firstHere(high, low, reader);
            shelf = shelf.quarters[shelf.range.quarterOf(high)];
        }
        return first;
    }

    private @Nullable FirstSeen firstHere(long high, long low, RunReader reader) {
        for (int i = 0; i < runs.size(); i++) {
            FirstSeen first = runs.get(i).first(high, low, reader);
            if (first != null) {
                return first;
            }
        }
        return null;
    }

    /** What a policy looks at. */
    MergePolicy.Shelf seen(boolean closed) {
        int[] counts = runs.stream().mapToInt(run -> run.header().count()).toArray();
        boolean last = range.level() == HashRange.LAST_LEVEL;
        return new MergePolicy.Shelf(counts, isDivided(), last, closed);
    }

    boolean hasRuns() {
        return !runs.isEmpty() || isDivided();
    }

    private boolean isDivided() {
        for (IdentityShelf shelf : quarters) {
            if (shelf != null && shelf.hasRuns()) {
                return true;
            }
        }
        return false;
    }

    /** Tells of this shelf and of those under it. */
    void forEach(Consumer<IdentityShelf> visitor) {
        visitor.accept(this);
        for (IdentityShelf shelf : quarters) {
            if (shelf != null) {
                shelf.forEach(visitor);
            }
        }
    }

    /** Puts a run that was read from state where it belongs: in the order of numbers. */
    void restore(IdentityRun run) {
        HashRange wanted = run.header().range();
        if (wanted.level() > range.level()) {
            quarter(range.quarterOf(wanted.prefix())).restore(run);
            return;
        }
        int at = 0;
        while (at < runs.size() && runs.get(at).header().number() > run.header().number()) {
            at++;
        }
        runs.add(at, run);
    }
}
