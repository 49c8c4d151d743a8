package io.tallyflow.functions.identities.run;

import io.tallyflow.functions.identities.block.BitString;
import io.tallyflow.functions.identities.block.HashRange;
import java.nio.ByteBuffer;

/**
 * What is known of a run besides its blocks and filters. Its bytes, big endian: its number, 4;
 * level of the range, 1; its prefix, 8; bits of a block's number, 1; bits of a filter's number, 1;
 * how many identities, 4; time of sealing, 8.
 *
 * @param number greater than that of every run that was there when it was made
 * @param blockBits how many bits after those of the range choose the block of a hash
 * @param filterBits how many of these choose the filter
 * @param count how many identities it has
 * @param sealedMillis when the last of them were sealed
 */
public record RunHeader(
        int number, HashRange range, int blockBits, int filterBits, int count, long sealedMillis) {

    static final int BYTES = Integer.BYTES + 1 + Long.BYTES + 1 + 1 + Integer.BYTES + Long.BYTES;

    /** More would not fit the number of a block. */
    static final int MOST_BLOCK_BITS = 24;

    static RunHeader read(ByteBuffer in) {
        return new RunHeader(
                in.getInt(),
                new HashRange(in.get(), in.getLong()),
                in.get(),
                in.get(),
                in.getInt(),
                in.getLong());
    }

    void write(ByteBuffer out) {
        out.putInt(number)
                .put((byte) range.level())
                .putLong(range.prefix())
                .put((byte) blockBits)
                .put((byte) filterBits)
                .putInt(count)
                .putLong(sealedMillis);
    }

    boolean isPossible() {
        return range.isPossible()
                && blockBits >= 0
                && blockBits <= MOST_BLOCK_BITS
                && filterBits >= 0
                && filterBits <= blockBits
                && count > 0;
    }

    /** With how many bits all hashes of a block begin. */
    int sharedBits() {
        return range.bits() + blockBits;
    }

    int blocks() {
        return 1 << blockBits;
    }

    int filters() {
        return 1 << filterBits;
    }

    int blockOf(long high) {
        return (int) BitString.highest(high << range.bits(), blockBits);
    }

    /** The filter of a block. */
    int filterOf(int block) {
        return block >> blockBits - filterBits;
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
