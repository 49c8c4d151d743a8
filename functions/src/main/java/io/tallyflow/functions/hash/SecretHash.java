package io.tallyflow.functions.hash;

import java.security.SecureRandom;

/**
 * SipHash-2-4 of a text under a key that only this object knows (Jean-Philippe Aumasson and Daniel
 * J. Bernstein: SipHash: a fast short-input PRF, 2012). Customers choose the texts that tables in
 * memory are keyed by, and find texts of one {@link String#hashCode} at will: whoever does not know
 * the key cannot make many meet. The bytes hashed are those of UTF-16, little endian.
 *
 * <p>Another process has another key, so nothing that is kept or ordered may follow from it.
 */
public final class SecretHash {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int CHARS_PER_WORD = Long.BYTES / Character.BYTES;

    private final long key0;
    private final long key1;

    /** With a key of its own. */
    public SecretHash() {
        this(RANDOM.nextLong(), RANDOM.nextLong());
    }

    SecretHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /** The hash of a text; equal for equal texts, as long as this object is asked. */
    public long of(String text) {
        State state = new State(key0, key1);
        int length = text.length();
        int whole = length - length % CHARS_PER_WORD;
        for (int at = 0; at < whole; at += CHARS_PER_WORD) {
            state.take(word(text, at, CHARS_PER_WORD));
        }
        long bytes = (long) length * Character.BYTES;
        state.take(bytes << Long.SIZE - Byte.SIZE | word(text, whole, length - whole));
        return state.finish();
    }

    private static long word(String text, int from, int chars) {
        long word = 0;
        for (int i = chars - 1; i >= 0; i--) {
            word = word << Character.SIZE | text.charAt(from + i);
        }
        return word;
    }

    /** The four words of the paper's state; lives as long as one call. */
    private static final class State {

        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(long key0, long key1) {
            v0 = key0 ^ 0x736F_6D65_7073_6575L;
            v1 = key1 ^ 0x646F_7261_6E64_6F6DL;
            v2 = key0 ^ 0x6C79_6765_6E65_7261L;
            v3 = key1 ^ 0x7465_6462_7974_6573L;
        }

        void take(long word) {
            v3 ^= word;
            round();
            round();
            v0 ^= word;
        }

        long finish() {
            v2 ^= 0xFF;
            for (int i = 0; i < 4; i++) {
                round();
            }
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
