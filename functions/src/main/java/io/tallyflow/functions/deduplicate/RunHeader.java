package io.tallyflow.functions.deduplicate;

import java.nio.ByteBuffer;

/**
 * What is known of a run besides its filter. Its bytes, big endian: level of the range, 1; its
 * prefix, 8; bits of a block's number, 1; how many identities, 4; greatest Kafka time, 8; time of
 * writing, 8.
 *
 * @param blockBits how many bits after those of the range choose the block of a hash
 * @param count how many identities it has
 * @param oldestMillis when the first of them were sealed
 * @param newestMillis when the last of them were sealed
 */
record RunHeader(HashRange range, int blockBits, int count, long oldestMillis, long newestMillis) {

    static final int BYTES = 1 + Long.BYTES + 1 + Integer.BYTES + 2 * Long.BYTES;

    /** More would not fit the number of a block. */
    static final int MOST_BLOCK_BITS = 24;

    static RunHeader read(ByteBuffer in) {
        return new RunHeader(
                new HashRange(in.get(), in.getLong()),
                in.get(),
                in.getInt(),
                in.getLong(),
                in.getLong());
    }

    void write(ByteBuffer out) {
        out.put((byte) range.level())
                .putLong(range.prefix())
                .put((byte) blockBits)
                .putInt(count)
                .putLong(oldestMillis)
                .putLong(newestMillis);
    }

    boolean isPossible() {
        return range.isPossible() && blockBits >= 0 && blockBits <= MOST_BLOCK_BITS && count > 0;
    }

    /** With how many bits all hashes of a block begin. */
    int sharedBits() {
        return range.bits() + blockBits;
    }

    int blocks() {
        return 1 << blockBits;
    }

    int blockOf(long high) {
        return (int) BitString.highest(high << range.bits(), blockBits);
    }

    /** How many blocks hold the hashes of a part of the range; one, if the part is smaller. */
    int blocksOf(HashRange part) {
        return 1 << Math.max(0, sharedBits() - part.bits());
    }

    /** The first hash that could stand in a block. */
    long firstHash(int block) {
        return range.part(block, blockBits);
    }
}
