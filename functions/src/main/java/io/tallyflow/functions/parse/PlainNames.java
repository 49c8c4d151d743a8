package io.tallyflow.functions.parse;

/**
 * The names seen so far in one JSON object, by their {@linkplain
 * io.tallyflow.functions.paths.NameTable#key keys}. Equal names have equal keys, so none is missed;
 * that two others meet is only suspected to be a repetition.
 */
final class PlainNames {

    /** Names that an object has before somebody else looks at it. */
    private static final int MOST = 64;

    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private final long[] keys = new long[MOST];
    private int size;

    /** A bit for each key, so that a new one is hardly ever held against the others. */
    private long bits;

    /** Forgets all names. */
    void clear() {
        size = 0;
        bits = 0;
    }

    /** Adds a name; false if the object may have it already, or has too many. */
    boolean add(long key) {
        long bit = 1L << (key * SPREAD >>> 58);
        if ((bits & bit) != 0 && contains(key) || size == MOST) {
            return false;
        }
        bits |= bit;
        keys[size++] = key;
        return true;
    }

    private boolean contains(long key) {
        for (int i = 0; i < size; i++) {
            if (keys[i] == key) {
                return true;
            }
        }
        return false;
    }
}
