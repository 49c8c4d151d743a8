package io.tallyflow.functions.identities.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Writes numbers of any width one behind the other into bytes, the first bit highest. Both writing
 * and reading touch eight bytes at once, so that as many must follow the last bit.
 */
public final class BitString {

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private int at;
    private long pending;
    private int filled;

    /**
     * @param from the byte that the first bit stands in
     */
    BitString(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
    }

    /** Appends the lowest bits of a value, of which no higher one may be set. */
    void append(long value, int width) {
        int free = Long.SIZE - filled;
        if (width < free) {
            pending = pending << width | value;
            filled += width;
            return;
        }
        int rest = width - free;
        flush(pending << free | value >>> rest);
        pending = lowest(value, rest);
        filled = rest;
    }

    private void flush(long word) {
        LONGS.set(bytes, at, word);
        at += Long.BYTES;
    }

    /** Writes what is pending; nothing may be appended after. */
    void end() {
        if (filled > 0) {
            flush(pending << (Long.SIZE - filled));
        }
    }

    /**
     * Reads a number.
     *
     * @param bit where it begins, counted from the first byte
     * @param width 0 to 64
     */
    static long read(byte[] bytes, long bit, int width) {
        int at = (int) (bit >>> 3);
        int shift = (int) bit & 7;
        long word = (long) LONGS.get(bytes, at) << shift | (bytes[at + 8] & 0xFF) >>> (8 - shift);
        return highest(word, width);
    }

    /** The highest bits of a value as a number. */
    public static long highest(long value, int width) {
        return width == 0 ? 0 : value >>> (Long.SIZE - width);
    }

    /** The lowest bits of a value. */
    static long lowest(long value, int width) {
        return width == 0 ? 0 : value & -1L >>> (Long.SIZE - width);
    }
}
