package io.tallyflow.functions.deduplicate;

import io.tallyflow.schemas.event.UsageEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Hashes of what makes two events the same event, and of what makes them agree.
 *
 * <p>SHA-256 (FIPS 180-4), shortened to 128 bits for the identity and 48 bits for the content.
 * Parts are preceded by their length, so that no two lists of parts have the same bytes. With 10^9
 * identities of one subject the odds that any two meet are about 10^-21; nobody can make two meet
 * on purpose. Confined to one thread.
 */
final class Identity {

    /** Hexadecimal digits of a content hash. */
    static final int CONTENT_DIGITS = 12;

    private static final int CONTENT_BITS = RememberedIdentities.CONTENT_BITS;
    private static final int SHA_256_BYTES = 32;

    private final MessageDigest sha256;
    private final ByteBuffer hash = ByteBuffer.allocate(SHA_256_BYTES);

    /** The parts, so that the hash is fed once: each call of it costs more than a short copy. */
    private byte[] parts = new byte[1_024];

    private int length;

    Identity() {
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * The first 16 bytes of the hash of (subject, source, id): two longs, big endian, good until
     * the next call.
     */
    ByteBuffer ofIdentity(UsageEvent event) {
        add(event.subject().getBytes(StandardCharsets.UTF_8));
        add(event.source().getBytes(StandardCharsets.UTF_8));
        add(event.id().getBytes(StandardCharsets.UTF_8));
        return digest();
    }

    /**
     * The first 6 bytes of the hash of (type, data); absent data differs from every present one.
     * Copies that differ look equal once in 2^48; neither of them counts, whatever it looks like.
     */
    long ofContent(UsageEvent event) {
        add(event.type().getBytes(StandardCharsets.UTF_8));
        byte[] data = event.data();
        if (data != null) {
            add(data);
        }
        return digest().getLong(0) >>> (Long.SIZE - CONTENT_BITS);
    }

    private void add(byte[] part) {
        int needed = length + Integer.BYTES + part.length;
        if (needed > parts.length) {
            parts = Arrays.copyOf(parts, needed * 2);
        }
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            parts[length++] = (byte) (part.length >>> shift);
        }
        System.arraycopy(part, 0, parts, length, part.length);
        length += part.length;
    }

    private ByteBuffer digest() {
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
