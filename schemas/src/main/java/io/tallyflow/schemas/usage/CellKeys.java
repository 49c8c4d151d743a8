package io.tallyflow.schemas.usage;

import io.tallyflow.schemas.meter.LayerName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes keys of cells: the first 128 bits of the SHA-256 (FIPS 180-4) of layer name, subject and
 * canonical group, each as UTF-8 with its length in four bytes before it, so that no two cells
 * share their bytes. The SQL function {@code tallyflow.cell_of} says the same. Strong enough that
 * nobody can make two cells meet on purpose. For one thread.
 */
public final class CellKeys {

    private static final int HASH_BYTES = 32;
    private static final int FIRST_CAPACITY = 512;

    private final MessageDigest sha256 = TextHash.sha256();
    private final byte[] hash = new byte[HASH_BYTES];
    private final Map<String, byte[]> layers = new HashMap<>();
    private ByteBuffer bytes = ByteBuffer.allocate(FIRST_CAPACITY);

    /** The key of a cell as the stream counts it. */
    public CellKey of(UsageCell cell) {
        bytes.clear();
        add(layers.computeIfAbsent(cell.meter(), CellKeys::layer));
        add(cell.subject().getBytes(StandardCharsets.UTF_8));
        add(cell.group().getBytes(StandardCharsets.UTF_8));
        sha256.update(bytes.array(), 0, bytes.position());
        try {
            sha256.digest(hash, 0, HASH_BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException("a SHA-256 has " + HASH_BYTES + " bytes", e);
        }
        ByteBuffer first = ByteBuffer.wrap(hash);
        return new CellKey(first.getLong(), first.getLong());
    }

    private static byte[] layer(String versionName) {
        return LayerName.of(versionName).getBytes(StandardCharsets.UTF_8);
    }

    private void add(byte[] part) {
        int needed = Integer.BYTES + part.length;
        if (bytes.remaining() < needed) {
            int capacity = Math.max(2 * bytes.capacity(), bytes.position() + needed);
            bytes =
                    ByteBuffer.wrap(Arrays.copyOf(bytes.array(), capacity))
                            .position(bytes.position());
        }
        bytes.putInt(part.length).put(part);
    }
}
