package io.tallyflow.functions.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The names in one JSON object, in their order. Knows them by the {@linkplain
 * io.tallyflow.functions.paths.NameTable#key keys} of their bytes: equal names have equal keys, so
 * that no repetition is missed; that two others meet is only suspected to be one.
 *
 * <p>Objects at one place in a stream of events mostly have the same names in the same order. So
 * the names of the object before are kept, and as long as the present one goes on like it, a name
 * is known by comparing a few words: it need not be read, looked up or held against the others.
 * That takes a third off the time of a whole event.
 *
 * @param <T> what names stand for; for the same name always the same
 */
public final class PlainNames<T> {

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Names that an object has before somebody else looks at it. */
    private static final int MOST = 64;

    /** Bytes from a name's opening quote to its value that are compared. */
    private static final int MOST_BYTES = 3 * Long.BYTES;

    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private final long[] keys = new long[MOST];

    /** For each name the bits of all keys up to its own, so that few are compared one by one. */
    private final long[] bits = new long[MOST];

    /** First, second and last word from the opening quote on; they overlap. */
    private final long[] words = new long[3 * MOST];

    /** Bytes up to the value; 0 if they are too many to be compared. */
    private final int[] lengths = new int[MOST];

    private final @Nullable Object[] meanings = new Object[MOST];
    private int size;
    private int known;

    /** Starts another object. */
    public void open() {
        size = 0;
    }

    /**
     * Takes the name whose opening quote is at hand, if it is the one that came here last time.
     *
     * @return where its value begins; negative if it is another
     */
    public int next(byte[] json, int at) {
        int i = size;
        if (i >= known || at + MOST_BYTES >= json.length) {
            return -1;
        }
        int length = lengths[i];
        // Where more white space comes than last time, the value begins later.
        if (length == 0 || !isSame(json, at, length, 3 * i) || json[at + length] <= ' ') {
            return -1;
        }
        size = i + 1;
        return at + length;
    }

    private boolean isSame(byte[] json, int at, int length, int word) {
        if (length < Long.BYTES) {
            return (word(json, at) & mask(length)) == words[word];
        }
        return word(json, at) == words[word]
                && word(json, at + length - Long.BYTES) == words[word + 2]
                && (length <= 2 * Long.BYTES || word(json, at + Long.BYTES) == words[word + 1]);
    }

    /**
     * Adds another name.
     *
     * @param at its opening quote
     * @param value where its value begins
     * @return false if the object may have it already, or has too many
     */
    public boolean add(byte[] json, int at, int value, long key, @Nullable T meaning) {
        int i = size;
        long before = i == 0 ? 0 : bits[i - 1];
        long bit = 1L << (key * SPREAD >>> 58);
        if (i == MOST || (before & bit) != 0 && contains(key)) {
            return false;
        }
        keys[i] = key;
        bits[i] = before | bit;
        meanings[i] = meaning;
        remember(json, at, value - at, i);
        size = i + 1;
        known = size;
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

    private void remember(byte[] json, int at, int length, int i) {
        boolean comparable = length <= MOST_BYTES && at + MOST_BYTES <= json.length;
        lengths[i] = comparable ? length : 0;
        if (comparable) {
            long first = word(json, at);
            words[3 * i] = length < Long.BYTES ? first & mask(length) : first;
            words[3 * i + 1] = word(json, at + Long.BYTES);
            words[3 * i + 2] = word(json, at + Math.max(0, length - Long.BYTES));
        }
    }

    /** What the name that was last taken or added stands for. */
    @SuppressWarnings("unchecked")
    public @Nullable T meaning() {
        return (T) meanings[size - 1];
    }

    private static long word(byte[] json, int at) {
        return (long) LONGS.get(json, at);
    }

    private static long mask(int length) {
        return ~(-1L << Byte.SIZE * length);
    }
}
