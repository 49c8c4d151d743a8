package io.tallyflow.functions.identities.block;

/**
 * The hashes that begin with the same bits.
 *
 * @param level half the number of these bits
 * @param prefix the bits, zeros after them
 */
public record HashRange(int level, long prefix) {

    public static final HashRange ALL = new HashRange(0, 0);

    /** Ranges of this level are not divided further. */
    public static final int LAST_LEVEL = 16;

    private static final int QUARTER_BITS = 2;

    public int bits() {
        return level * QUARTER_BITS;
    }

    public boolean isPossible() {
        return level >= 0 && level <= LAST_LEVEL && prefix << bits() == 0;
    }

    public boolean contains(long high) {
        return BitString.highest(high ^ prefix, bits()) == 0;
    }

    /** The quarter of the range that a hash in it is in, 0 to 3. */
    public int quarterOf(long high) {
        return (int) BitString.highest(high << bits(), QUARTER_BITS);
    }

    public HashRange quarter(int quarter) {
        return new HashRange(level + 1, prefix | part(quarter, QUARTER_BITS));
    }

    /** The first hash of an equal part of the range, of as many parts as the bits can number. */
    public long part(long part, int partBits) {
        return prefix | part << (Long.SIZE - bits() - partBits);
    }
}
