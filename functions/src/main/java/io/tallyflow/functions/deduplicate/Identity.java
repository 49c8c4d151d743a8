package io.tallyflow.functions.deduplicate;

import io.tallyflow.schemas.event.UsageEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

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

    private final MessageDigest sha256;
    private final ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);

    Identity() {
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The first 16 bytes of the hash of (subject, source, id): two longs, big endian. */
    ByteBuffer ofIdentity(UsageEvent event) {
        part(event.subject().getBytes(StandardCharsets.UTF_8));
        part(event.source().getBytes(StandardCharsets.UTF_8));
        part(event.id().getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(sha256.digest());
    }

    /**
     * The first 6 bytes of the hash of (type, data); absent data differs from every present one.
     * Copies that are not equal look equal once in 2^48; neither counts, whatever they look like.
     */
    long ofContent(UsageEvent event) {
        part(event.type().getBytes(StandardCharsets.UTF_8));
        byte[] data = event.data();
        if (data != null) {
            part(data);
        }
        return ByteBuffer.wrap(sha256.digest()).getLong() >>> (Long.SIZE - CONTENT_BITS);
    }

    private void part(byte[] bytes) {
        length.putInt(0, bytes.length);
        sha256.update(length.array());
        sha256.update(bytes);
    }
}
