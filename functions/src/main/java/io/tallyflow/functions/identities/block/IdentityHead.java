package io.tallyflow.functions.identities.block;

import java.nio.ByteBuffer;

/**
 * Where the log of a key group is in state. It is written after all else: once its time to live is
 * over, so is that of all blocks of the log.
 *
 * <p>The bytes, big endian: the version, 1 byte; the numbers in the order of the parameters, 4
 * bytes each.
 *
 * @param logFrom the first block of the log
 * @param logTo the number after its last block
 * @param nextRun the number after that of every run that there was
 */
public record IdentityHead(int logFrom, int logTo, int nextRun) {

    /** In the place of a run's number, what is not sealed. */
    public static final int LOG = 0;

    /** In the place of the number of a block of the log, the head. */
    public static final int HEAD = -1;

    private static final String WHAT = "a head of identities";
    private static final int BYTES = 1 + 3 * Integer.BYTES;

    public static IdentityHead read(IdentityBlocks blocks) {
        byte[] bytes = blocks.get(LOG, HEAD);
        return bytes == null ? new IdentityHead(0, 0, LOG + 1) : of(bytes);
    }

    /**
     * @throws IllegalStateException if the bytes are of another version or damaged
     */
    static IdentityHead of(byte[] bytes) {
        IdentityFormat.check(WHAT, bytes, BYTES);
        if (bytes.length != BYTES) {
            throw IdentityFormat.damaged(WHAT, bytes);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        return new IdentityHead(in.getInt(), in.getInt(), in.getInt());
    }

    public void write(IdentityBlocks blocks) {
        blocks.put(LOG, HEAD, toBytes());
    }

    byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        return out.put(IdentityFormat.VERSION)
                .putInt(logFrom)
                .putInt(logTo)
                .putInt(nextRun)
                .array();
    }
}
