package io.tallyflow.functions.identities;

import java.util.Arrays;

/**
 * How many recent identities there are by the time of their putting: generations follow each other
 * when enough were put, and when what there is was sealed. Their numbers fit 16 bits and are not 0.
 */
final class Generations {

    /** The last number; all begins anew when what it names is sealed. */
    static final int LAST = 0xFFFF;

    private static final int FIRST = 1;

    private final int idsEach;
    private int[] counts = new int[4];
    private int oldest = FIRST;
    private int newest = FIRST;
    private int firstUnsealed = FIRST;
    private int identities;
    private int unsealed;

    /**
     * @param idsEach how many identities make a generation
     */
    Generations(int idsEach) {
        this.idsEach = idsEach;
    }

    int oldest() {
        return oldest;
    }

    int newest() {
        return newest;
    }

    /** Identities of all generations. */
    int identities() {
        return identities;
    }

    int unsealed() {
        return unsealed;
    }

    boolean isSealed(int generation) {
        return generation < firstUnsealed;
    }

    /** One was put, in the newest generation. */
    void added() {
        if (counts[newest - oldest] >= idsEach && newest < LAST) {
            begin();
        }
        count(newest, 1);
    }

    /** One is no longer of a generation, having been put again. */
    void removed(int generation) {
        count(generation, -1);
    }

    private void count(int generation, int by) {
        counts[generation - oldest] += by;
        identities += by;
        unsealed += isSealed(generation) ? 0 : by;
    }

    private void begin() {
        newest++;
        if (newest - oldest == counts.length) {
            counts = Arrays.copyOf(counts, counts.length * 2);
        }
    }

    /** All that there is was sealed. */
    void seal() {
        begin();
        firstUnsealed = newest;
        unsealed = 0;
    }

    /** Drops sealed generations, the oldest first, until so many identities are left or fewer. */
    void keep(long most) {
        int dropped = 0;
        while (identities > most && isSealed(oldest + dropped)) {
            identities -= counts[dropped++];
        }
        oldest += dropped;
        System.arraycopy(counts, dropped, counts, 0, counts.length - dropped);
        Arrays.fill(counts, counts.length - dropped, counts.length, 0);
    }
}
