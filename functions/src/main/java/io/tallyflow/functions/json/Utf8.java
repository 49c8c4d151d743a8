package io.tallyflow.functions.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Whether bytes are well-formed UTF-8: table 3-7 of the Unicode Standard, so neither overlong forms
 * nor surrogates nor anything above U+10FFFF.
 */
public final class Utf8 {

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    private Utf8() {}

    /** Where the first ill-formed sequence begins; -1 if there is none. */
    public static int firstInvalid(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            if (at + Long.BYTES <= bytes.length && ((long) LONGS.get(bytes, at) & NOT_ASCII) == 0) {
                at += Long.BYTES;
                continue;
            }
            int length = sequenceLength(bytes, at);
            if (length == 0) {
                return at;
            }
            at += length;
        }
        return -1;
    }

    /** Bytes of the sequence that begins there; 0 if it is ill-formed. */
    static int sequenceLength(byte[] bytes, int at) {
        int lead = bytes[at] & 0xFF;
        if (lead < 0x80) {
            return 1;
        }
        if (lead < 0xC2) {
            return 0;
        }
        if (lead < 0xE0) {
            return within(bytes, at + 1, 0x80, 0xBF) ? 2 : 0;
        }
        if (lead < 0xF0) {
            return isThree(bytes, at, lead) ? 3 : 0;
        }
        return lead < 0xF5 && isFour(bytes, at, lead) ? 4 : 0;
    }

    private static boolean isThree(byte[] bytes, int at, int lead) {
        return within(bytes, at + 1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF)
                && within(bytes, at + 2, 0x80, 0xBF);
    }

    private static boolean isFour(byte[] bytes, int at, int lead) {
        return within(bytes, at + 1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF)
                && within(bytes, at + 2, 0x80, 0xBF)
                && within(bytes, at + 3, 0x80, 0xBF);
    }

    private static boolean within(byte[] bytes, int at, int low, int high) {
        if (at >= bytes.length) {
            return false;
        }
        int value = bytes[at] & 0xFF;
        return low <= value && value <= high;
    }
}
