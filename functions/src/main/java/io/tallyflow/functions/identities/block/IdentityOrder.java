package io.tallyflow.functions.identities.block;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Sorts identities by hash, unsigned, then by the order in which they were added.
 *
 * <p>What is sorted are primitive numbers: the first bits of the hash with the index in the place
 * of its last ones. Of hashes that agree in these bits, which is next to never unless somebody made
 * them so, the order is settled after.
 */
public final class IdentityOrder {

    private final IdentityBatch batch;
    private final int indexBits;
    private final long[] keys;

    private IdentityOrder(IdentityBatch batch) {
        this.batch = batch;
        this.indexBits = Integer.SIZE - Integer.numberOfLeadingZeros(batch.size());
        this.keys = new long[batch.size()];
    }

    /** The indexes of the identities in their order. */
    public static int[] of(IdentityBatch batch) {
        IdentityOrder order = new IdentityOrder(batch);
        order.sort();
        return order.indexes();
    }

    private void sort() {
        for (int i = 0; i < keys.length; i++) {
            long signed = batch.high(i) ^ Long.MIN_VALUE;
            keys[i] = signed >> indexBits << indexBits | i;
        }
        Arrays.sort(keys);
        int from = 0;
        for (int to = 1; to <= keys.length; to++) {
            if (to == keys.length || keys[to] >> indexBits != keys[from] >> indexBits) {
                settle(from, to);
                from = to;
            }
        }
    }

    private void settle(int from, int to) {
        if (to - from > 1) {
            Long[] equal = new Long[to - from];
            Arrays.setAll(equal, i -> keys[from + i]);
            Arrays.sort(equal, Comparator.comparing(this::index, this::compare));
            for (int i = 0; i < equal.length; i++) {
                keys[from + i] = equal[i];
            }
        }
    }

    private int compare(int left, int right) {
        int byHigh = Long.compareUnsigned(batch.high(left), batch.high(right));
        int byHash = byHigh != 0 ? byHigh : Long.compareUnsigned(batch.low(left), batch.low(right));
        return byHash != 0 ? byHash : Integer.compare(left, right);
    }

    private int[] indexes() {
        int[] indexes = new int[keys.length];
        Arrays.setAll(indexes, i -> index(keys[i]));
        return indexes;
    }

    private int index(long key) {
        return (int) (key & ((1L << indexBits) - 1));
    }
}
