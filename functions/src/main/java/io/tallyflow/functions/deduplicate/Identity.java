package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.hash.PartsHash;
import io.tallyflow.functions.identities.block.IdentityFormat;
import io.tallyflow.schemas.event.UsageEvent;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Hashes of what makes two events the same event, and of what makes them agree.
 *
 * <p>SHA-256 (FIPS 180-4), shortened to 128 bits for the identity and 48 bits for the content.
 * Parts are preceded by their length, so that no two lists of parts have the same bytes. With 10^9
 * identities of one subject the odds that any two meet are about 10^-21; nobody can make two meet
 * on purpose. Confined to one thread.
 */
public final class Identity {

    /** Hexadecimal digits of a content hash. */
    static final int CONTENT_DIGITS = 12;

    private final PartsHash parts = new PartsHash();

    /**
     * The first 16 bytes of the hash of (subject, source, id): two longs, big endian, good until
     * the next call.
     */
    public ByteBuffer of(UsageEvent event) {
        return of(event.subject(), event.source(), event.id());
    }

    /** The same of an event with these attributes. */
    public ByteBuffer of(String subject, String source, String id) {
        return parts.add(subject).add(source).add(id).hash();
    }

    /** The same as a value that stays good. */
    public UUID keyOf(String subject, String source, String id) {
        ByteBuffer hash = of(subject, source, id);
        return new UUID(hash.getLong(0), hash.getLong(Long.BYTES));
    }

    /**
     * The first 6 bytes of the hash of (type, data); absent data differs from every present one.
     * Copies that differ look equal once in 2^48; neither of them counts, whatever it looks like.
     */
    long ofContent(UsageEvent event) {
        parts.add(event.type());
        byte[] data = event.data();
        if (data != null) {
            parts.add(data);
        }
        return parts.hash().getLong(0) >>> (Long.SIZE - IdentityFormat.CONTENT_BITS);
    }
}
