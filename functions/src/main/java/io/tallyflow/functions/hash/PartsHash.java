package io.tallyflow.functions.hash;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * SHA-256 (FIPS 180-4) of a list of parts, each preceded by its length in four bytes, big endian,
 * so that no two lists have the same bytes. Reusable, confined to one thread.
 */
public final class PartsHash {

    private static final int SHA_256_BYTES = 32;

    private final MessageDigest sha256;
    private final ByteBuffer hash = ByteBuffer.allocate(SHA_256_BYTES);

    /** All parts, so that the hash is fed once: each call of it costs more than a short copy. */
    private byte[] parts = new byte[1_024];

    private int length;

    public PartsHash() {
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Adds a text, in UTF-8. */
    public PartsHash add(String part) {
        return add(part.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds bytes. */
    public PartsHash add(byte[] part) {
        int needed = length + Integer.BYTES + part.length;
        if (needed > parts.length) {
            parts = Arrays.copyOf(parts, needed * 2);
        }
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            parts[length++] = (byte) (part.length >>> shift);
        }
        System.arraycopy(part, 0, parts, length, part.length);
        length += part.length;
        return this;
    }

    /** The hash of the parts added since the last call, 32 bytes that are good until the next. */
    public ByteBuffer hash() {
        try {
            sha256.update(parts, 0, length);
            length = 0;
            sha256.digest(hash.array(), 0, SHA_256_BYTES);
            return hash;
        } catch (DigestException e) {
            throw new IllegalStateException("32 bytes are room enough for SHA-256", e);
        }
    }
}
