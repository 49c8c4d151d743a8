package io.tallyflow.functions.identities.run;

import io.tallyflow.functions.identities.block.IdentityLimits;
import org.jspecify.annotations.Nullable;

/**
 * Which runs of a shelf are to be merged next, so that there are few to ask for an identity, each
 * identity is merged a few times only, and no merge handles more than some runs as large as what is
 * sealed at once. What is sealed within a slice of time is merged with each other only: whatever
 * the clock does, no run is in the way of another, and each goes when the last of its slice may be
 * forgotten.
 *
 * <p>While a slice takes what is sealed, a shelf that has come to four runs hands them down: their
 * identities go, each to its quarter of the hashes, onto the shelves under it. So an identity is
 * merged once whenever there have come to be four times as many. Runs that together are no more
 * than what is sealed at once stay: the newest are joined as long as the next older one is no
 * larger than all of them, so that each older run is at least as large as all newer ones (Jon
 * Bentley, James Saxe: Decomposable Searching Problems, Journal of Algorithms 1, 1980).
 *
 * <p>When the next slice has begun, shelves hand everything down, from the top, and the lowest join
 * what they have: of an old slice there is one run to ask.
 */
final class MergePolicy {

    private final IdentityLimits limits;

    MergePolicy(IdentityLimits limits) {
        this.limits = limits;
    }

    /**
     * Runs beside each other, counted from the newest.
     *
     * @param down whether they go down in quarters, or stay as one
     */
    record Merge(int from, int to, boolean down) {}

    /**
     * What a policy looks at.
     *
     * @param counts how many identities each run has, from the newest to the oldest
     * @param divided whether there are runs under it
     * @param last whether there can be no shelf under it
     * @param closed whether its slice takes no more runs
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Shelf(int[] counts, boolean divided, boolean last, boolean closed) {

        private long identities() {
            long all = 0;
            for (int count : counts) {
                all += count;
            }
            return all;
        }
    }

    /** What to do next on a shelf; null if nothing. */
    @Nullable Merge next(Shelf shelf) {
        return shelf.closed ? nextOfClosed(shelf) : nextOfOpen(shelf);
    }

    private @Nullable Merge nextOfOpen(Shelf shelf) {
        if (shelf.counts.length < limits.shelfRuns()) {
            return null;
        }
        boolean few = shelf.identities() <= limits.sealedIds();
        return few || shelf.last ? joinNewest(shelf.counts) : handDown(shelf.counts);
    }

    private @Nullable Merge nextOfClosed(Shelf shelf) {
        int runs = shelf.counts.length;
        if (shelf.divided) {
            return runs == 0 ? null : handDown(shelf.counts);
        }
        if (runs < 2) {
            return null;
        }
        boolean fit = shelf.identities() <= (long) limits.sealedIds() * limits.shelfRuns();
        return fit || shelf.last ? new Merge(0, runs, false) : handDown(shelf.counts);
    }

    private Merge handDown(int[] counts) {
        return new Merge(Math.max(0, counts.length - limits.shelfRuns()), counts.length, true);
    }

    private static @Nullable Merge joinNewest(int[] counts) {
        long joined = counts[0];
        int to = 1;
        while (to < counts.length && counts[to] <= joined) {
            joined += counts[to++];
        }
        return to == 1 ? null : new Merge(0, to, false);
    }
}
