package io.tallyflow.functions.memory;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What objects take on the heap of a 64-bit HotSpot with compressed class pointers: a header of
 * twelve bytes, arrays four more, all rounded up to eight.
 */
public final class HeapBytes {

    private static final long LARGE_HEAP = 32L << 30;
    private static final int ALIGNMENT = 8;
    private static final int ARRAY_HEADER = 16;
    private static final int STRING = 24;
    private static final int DECIMAL = 40;

    /** Digits beyond these are a {@link java.math.BigInteger} with an array of its own. */
    private static final int COMPACT_DIGITS = 18;

    private static final int BIG_INTEGER = 80;
    private static final char LAST_OF_LATIN_1 = 0xFF;

    /** A reference: four bytes as long as the heap is small enough to compress them. */
    public static final int REFERENCE =
            Runtime.getRuntime().maxMemory() < LARGE_HEAP ? Integer.BYTES : Long.BYTES;

    private HeapBytes() {}

    /** A text and its array, which has a byte for each character as long as all are Latin-1. */
    public static int ofText(String text) {
        int length = text.length();
        return STRING + aligned(ARRAY_HEADER + (isLatin1(text, length) ? length : 2 * length));
    }

    private static boolean isLatin1(String text, int length) {
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) > LAST_OF_LATIN_1) {
                return false;
            }
        }
        return true;
    }

    /** A decimal number; nothing for none. */
    public static int ofDecimal(@Nullable BigDecimal number) {
        if (number == null) {
            return 0;
        }
        return DECIMAL + (number.precision() > COMPACT_DIGITS ? BIG_INTEGER : 0);
    }

    private static int aligned(int bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
