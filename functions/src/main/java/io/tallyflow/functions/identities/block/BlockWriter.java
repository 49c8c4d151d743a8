package io.tallyflow.functions.identities.block;

import java.nio.ByteBuffer;

/** Writes the bytes that an {@link IdentityBlock} reads. */
public final class BlockWriter {

    private final IdentityBatch sorted;
    private final int from;
    private final int to;
    private final long oldestMillis;
    private final BlockShape shape;

    private BlockWriter(IdentityBatch sorted, int from, int to, int sharedBits, int tailBits) {
        this.sorted = sorted;
        this.from = from;
        this.to = to;
        long oldest = Long.MAX_VALUE;
        long newest = Long.MIN_VALUE;
        for (int i = from; i < to; i++) {
            oldest = Math.min(oldest, sorted.kafkaTimeMillis(i));
            newest = Math.max(newest, sorted.kafkaTimeMillis(i));
        }
        this.oldestMillis = oldest;
        int timeBits = Long.SIZE - Long.numberOfLeadingZeros(newest - oldest);
        this.shape = new BlockShape(to - from, sharedBits, tailBits, timeBits);
    }

    /**
     * The bytes of a block.
     *
     * @param sorted of which the block holds a part, at least one identity
     * @param sharedBits with how many bits, the same in all of the part, their hashes begin
     * @param tailBits how many of the last bits of a hash are kept elsewhere
     */
    public static byte[] bytes(
            IdentityBatch sorted, int from, int to, int sharedBits, int tailBits) {
        return new BlockWriter(sorted, from, to, sharedBits, tailBits).write();
    }

    private byte[] write() {
        byte[] bytes = new byte[Math.toIntExact(shape.bytes())];
        BitString bits = new BitString(bytes, BlockShape.HEADER);
        writeBuckets(bits);
        for (int i = from; i < to; i++) {
            writeIdentity(bits, i);
        }
        bits.end();
        bytes[0] = IdentityFormat.VERSION;
        ByteBuffer.wrap(bytes, bytes.length - BlockShape.TRAILER, BlockShape.TRAILER)
                .putLong(oldestMillis)
                .putInt(shape.count())
                .put((byte) shape.sharedBits())
                .put((byte) shape.tailBits())
                .put((byte) shape.timeBits());
        return bytes;
    }

    private void writeBuckets(BitString bits) {
        int next = from;
        long buckets = 1L << shape.bucketBits();
        for (long bucket = 0; bucket < buckets; bucket++) {
            for (; next < to && bucket(next) == bucket; next++) {
                bits.append(1, 1);
            }
            bits.append(0, 1);
        }
    }

    private long bucket(int index) {
        return BitString.highest(sorted.high(index) << shape.sharedBits(), shape.bucketBits());
    }

    private void writeIdentity(BitString bits, int index) {
        int restBits = shape.restBits();
        bits.append(BitString.lowest(sorted.high(index), restBits), restBits);
        bits.append(sorted.low(index) >>> shape.tailBits(), shape.lowBits());
        bits.append(sorted.kafkaTimeMillis(index) - oldestMillis, shape.timeBits());
        bits.append(sorted.contentHash(index), IdentityFormat.CONTENT_BITS);
    }
}
