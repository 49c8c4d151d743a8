package io.tallyflow.functions.paths;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What names stand for, found by the bytes of a name where they lie in a document, so that no text
 * is made of them. Never changes.
 *
 * @param <V> what a name stands for
 */
public final class NameTable<V> {

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** 2^64 divided by the golden ratio: spreads keys over the high bits (Knuth, 6.4). */
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private final int shift;
    private final long[] keys;
    private final byte[] @Nullable [] names;
    private final @Nullable Object[] values;

    /**
     * A table of some names.
     *
     * @param entries names are well-formed text
     */
    public NameTable(Map<String, V> entries) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(2L * entries.size() | 1);
        shift = Long.SIZE - bits;
        keys = new long[1 << bits];
        names = new byte[1 << bits][];
        values = new Object[1 << bits];
        entries.forEach(this::put);
    }

    private void put(String text, V value) {
        byte[] name = text.getBytes(StandardCharsets.UTF_8);
        long key = key(name, 0, name.length);
        int at = home(key);
        while (names[at] != null) {
            at = at + 1 & keys.length - 1;
        }
        keys[at] = key;
        names[at] = name;
        values[at] = value;
    }

    /**
     * A number that equal names share. Names of up to seven bytes share it with no other name of
     * seven; others can be made to meet.
     */
    public static long key(byte[] bytes, int start, int end) {
        if (end - start < Long.BYTES) {
            return shortKey(bytes, start, end);
        }
        long key = end - start;
        for (int at = start; at < end - Long.BYTES; at += Long.BYTES) {
            key = mixed(key, (long) LONGS.get(bytes, at));
        }
        return mixed(key, (long) LONGS.get(bytes, end - Long.BYTES));
    }

    private static long shortKey(byte[] bytes, int start, int end) {
        if (start + Long.BYTES <= bytes.length) {
            return (long) LONGS.get(bytes, start) & ~(-1L << 8 * (end - start));
        }
        long key = 0;
        for (int at = end - 1; at >= start; at--) {
            key = key << 8 | bytes[at] & 0xFF;
        }
        return key;
    }

    private static long mixed(long key, long word) {
        return Long.rotateLeft(key ^ word, 29) * SPREAD;
    }

    /**
     * What the name in {@code [start, end)} stands for.
     *
     * @param key of the same name
     */
    @SuppressWarnings("unchecked")
    public @Nullable V get(byte[] bytes, int start, int end, long key) {
        int at = home(key);
        byte[] name = names[at];
        while (name != null) {
            if (keys[at] == key && Arrays.equals(name, 0, name.length, bytes, start, end)) {
                return (V) values[at];
            }
            at = at + 1 & keys.length - 1;
            name = names[at];
        }
        return null;
    }

    private int home(long key) {
        return (int) (key * SPREAD >>> shift);
    }
}
