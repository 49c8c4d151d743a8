package io.tallyflow.functions.identities.block;

/**
 * Builds a filter: finds an order of the identities in which each has a place that none after it
 * uses, and fills the places from the last to the first. By one seed in some there is no such
 * order; then the next is tried.
 */
public final class FilterPlan {

    private static final int SEEDS = 100;

    private final long seed;
    private final int first;
    private final int third;
    private final long[] hashes;
    private final int[] users;
    private final int[] usersXor;
    private final int[] order;
    private final int[] ownPlaces;
    private int ordered;

    private FilterPlan(IdentityBatch batch, int from, int to, long seed) {
        int size = to - from;
        this.seed = seed;
        this.first = from;
        int places = IdentityFilter.places(size);
        this.third = places / 3;
        this.hashes = new long[size];
        this.users = new int[places];
        this.usersXor = new int[places];
        this.order = new int[size];
        this.ownPlaces = new int[size];
        for (int i = 0; i < size; i++) {
            hashes[i] = IdentityFilter.hash(batch.high(from + i), batch.low(from + i), seed);
        }
    }

    /**
     * The filter of identities; an empty one if some differ in their last byte only.
     *
     * @param sorted by hash, each once, of which it is of a part
     */
    public static IdentityFilter filterOf(IdentityBatch sorted, int from, int to) {
        if (differBeforeTheirTails(sorted, from, to)) {
            for (long seed = 0; seed < SEEDS; seed++) {
                FilterPlan plan = new FilterPlan(sorted, from, to, seed);
                if (plan.isComplete()) {
                    return plan.filter(sorted);
                }
            }
        }
        return IdentityFilter.empty();
    }

    private static boolean differBeforeTheirTails(IdentityBatch sorted, int from, int to) {
        for (int i = from + 1; i < to; i++) {
            long low = sorted.low(i) ^ sorted.low(i - 1);
            if (sorted.high(i) == sorted.high(i - 1) && low >>> IdentityFilter.TAIL_BITS == 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isComplete() {
        for (int i = 0; i < hashes.length; i++) {
            change(i, 1);
        }
        for (int place = 0; place < users.length; place++) {
            take(place);
        }
        return ordered == hashes.length;
    }

    private void change(int identity, int by) {
        for (int which = 0; which < 3; which++) {
            int place = place(identity, which);
            users[place] += by;
            usersXor[place] ^= identity;
        }
    }

    /** Takes the only user of a place, then those that are the only ones once it is gone. */
    private void take(int start) {
        int next = ordered;
        takeOnlyUser(start);
        for (; next < ordered; next++) {
            for (int which = 0; which < 3; which++) {
                takeOnlyUser(place(order[next], which));
            }
        }
    }

    private void takeOnlyUser(int place) {
        if (users[place] == 1) {
            int identity = usersXor[place];
            order[ordered] = identity;
            ownPlaces[ordered++] = place;
            change(identity, -1);
        }
    }

    private IdentityFilter filter(IdentityBatch batch) {
        byte[] values = new byte[users.length];
        for (int i = ordered - 1; i >= 0; i--) {
            int identity = order[i];
            int value = IdentityFilter.mask((int) batch.low(first + identity), hashes[identity]);
            for (int which = 0; which < 3; which++) {
                value ^= values[place(identity, which)];
            }
            values[ownPlaces[i]] = (byte) value;
        }
        return new IdentityFilter(seed, values);
    }

    private int place(int identity, int which) {
        return IdentityFilter.place(hashes[identity], which, third);
    }
}
