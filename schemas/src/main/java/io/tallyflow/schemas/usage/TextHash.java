package io.tallyflow.schemas.usage;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The 128-bit hash that stands for a text in a database key: the first 16 bytes of the SHA-256
 * (FIPS 180-4) of its UTF-8 bytes. Strong enough that nobody can make two texts meet on purpose.
 */
public final class TextHash {

    /** Bytes in a hash. */
    public static final int BYTES = 16;

    private TextHash() {}

    /** The hash of a text; a new array each time. */
    public static byte[] of(String text) {
        return Arrays.copyOf(sha256().digest(text.getBytes(StandardCharsets.UTF_8)), BYTES);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
