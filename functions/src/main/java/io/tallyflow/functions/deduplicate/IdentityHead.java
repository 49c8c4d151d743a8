package io.tallyflow.functions.deduplicate;

import java.nio.ByteBuffer;

/**
 * The list of what state holds for a key group, so that a restore need not read all of it to find
 * what it needs. It is written after all else: once its time to live is over, so is that of all
 * that it lists.
 *
 * <p>The bytes, big endian: the version, 1 byte; the numbers in the order of the parameters, 4
 * bytes each.
 *
 * @param logFrom the first block of the log
 * @param logTo the number after its last block
 * @param nextRun the number after that of every run that there was
 * @param runs the numbers of the runs
 */
@SuppressWarnings("ArrayRecordComponent")
record IdentityHead(int logFrom, int logTo, int nextRun, int[] runs) {

    /** In the place of a run's number, what is not sealed. */
    static final int LOG = 0;

    /** In the place of the number of a block of the log, the head. */
    static final int HEAD = -1;

    private static final String WHAT = "a list of identities";
    private static final int FIXED = 1 + 3 * Integer.BYTES;

    static IdentityHead read(IdentityBlocks blocks) {
        byte[] bytes = blocks.get(LOG, HEAD);
        return bytes == null ? new IdentityHead(0, 0, LOG + 1, new int[0]) : of(bytes);
    }

    /**
     * @throws IllegalStateException if the bytes are of another version or damaged
     */
    static IdentityHead of(byte[] bytes) {
        IdentityFormat.check(WHAT, bytes, FIXED);
        if ((bytes.length - FIXED) % Integer.BYTES != 0) {
            throw IdentityFormat.damaged(WHAT, bytes);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        int logFrom = in.getInt();
        int logTo = in.getInt();
        int nextRun = in.getInt();
        int[] runs = new int[in.remaining() / Integer.BYTES];
        in.asIntBuffer().get(runs);
        return new IdentityHead(logFrom, logTo, nextRun, runs);
    }

    void write(IdentityBlocks blocks) {
        blocks.put(LOG, HEAD, toBytes());
    }

    byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(FIXED + runs.length * Integer.BYTES);
        out.put(IdentityFormat.VERSION).putInt(logFrom).putInt(logTo).putInt(nextRun);
        out.asIntBuffer().put(runs);
        return out.array();
    }
}
