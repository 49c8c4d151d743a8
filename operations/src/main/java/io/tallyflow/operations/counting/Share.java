package io.tallyflow.operations.counting;

/**
 * Some of the subjects and windows: those whose hash ends with some bits. A subject's window is in
 * one share with all its groups, because how many those are hangs on all of them.
 *
 * @param bits how many bits of the hash decide
 * @param value what they are
 */
public record Share(int bits, int value) {

    static final Share ALL = new Share(0, 0);

    private static final int MOST_BITS = 20;

    public boolean holds(int hash) {
        return (hash & ((1 << bits) - 1)) == value;
    }

    /** Half of it. */
    Share half() {
        return new Share(bits + 1, value);
    }

    /** The other half. */
    Share otherHalf() {
        return new Share(bits + 1, value | 1 << bits);
    }

    /** What it is half of. */
    Share parent() {
        return new Share(bits - 1, value & (1 << bits - 1) - 1);
    }

    boolean canBeHalved() {
        return bits < MOST_BITS;
    }
}
