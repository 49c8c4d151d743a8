package io.tallyflow.functions.deduplicate;

/**
 * The hashes that begin with the same bits.
 *
 * @param level half the number of these bits
 * @param prefix the bits, zeros after them
 */
record HashRange(int level, long prefix) {

    static final HashRange ALL = new HashRange(0, 0);

    /** Ranges of this level are not divided further. */
    static final int LAST_LEVEL = 16;

    private static final int QUARTER_BITS = 2;

    int bits() {
        return level * QUARTER_BITS;
    }

    boolean isPossible() {
        return level >= 0 && level <= LAST_LEVEL && prefix << bits() == 0;
    }

    boolean contains(long high) {
        return BitString.highest(high ^ prefix, bits()) == 0;
    }

    /** The quarter of the range that a hash in it is in, 0 to 3. */
    int quarterOf(long high) {
        return (int) BitString.highest(high << bits(), QUARTER_BITS);
    }

    HashRange quarter(int quarter) {
        return new HashRange(level + 1, prefix | part(quarter, QUARTER_BITS));
    }

    /** The first hash of an equal part of the range, of as many parts as the bits can number. */
    long part(long part, int partBits) {
        return prefix | part << (Long.SIZE - bits() - partBits);
    }
}
