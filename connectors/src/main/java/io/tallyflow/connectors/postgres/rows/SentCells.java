package io.tallyflow.connectors.postgres.rows;

import io.tallyflow.schemas.usage.CellKey;

/**
 * The cells whose rows a writer has sent since its start, as far as a bounded memory goes: a place
 * holds one of four cells that it could be, and whoever comes later takes the place of another. A
 * cell that was forgotten is sent again, which changes nothing.
 */
final class SentCells {

    private static final int WAYS = 4;
    private static final int LONGS = 2;

    private final long[] keys;
    private final int mask;
    private int victim;

    /**
     * Remembers none.
     *
     * @param bits of the number of cells that can be remembered, at 16 bytes each
     */
    SentCells(int bits) {
        this.keys = new long[LONGS << bits];
        this.mask = (1 << bits) - 1;
    }

    /** Whether a cell has to be sent; it is taken to be from now on. */
    boolean add(CellKey key) {
        int first = (int) key.low() & mask & -WAYS;
        int free = -1;
        for (int way = first; way < first + WAYS; way++) {
            long high = keys[way * LONGS];
            long low = keys[way * LONGS + 1];
            if (high == key.high() && low == key.low()) {
                return false;
            }
            if ((high | low) == 0 && free < 0) {
                free = way;
            }
        }
        int place = free >= 0 ? free : first + (victim++ & WAYS - 1);
        keys[place * LONGS] = key.high();
        keys[place * LONGS + 1] = key.low();
        return true;
    }
}
