package io.tallyflow.functions.identities.block;

/**
 * How wide the parts of a block are.
 *
 * @param count how many identities it holds
 * @param sharedBits with how many bits, the same in all, their hashes begin
 * @param tailBits how many of the last bits of a hash are kept elsewhere
 * @param timeBits how many bits a later Kafka time takes
 */
record BlockShape(int count, int sharedBits, int tailBits, int timeBits) {

    /** Before the bits: the version. */
    static final int HEADER = 1;

    /** After the bits: the earliest Kafka time, and this shape. */
    static final int TRAILER = Long.BYTES + Integer.BYTES + 3;

    boolean isPossible() {
        return count >= 0
                && sharedBits >= 0
                && sharedBits <= Long.SIZE
                && tailBits >= 0
                && tailBits < Long.SIZE
                && timeBits >= 0
                && timeBits <= Long.SIZE;
    }

    /**
     * How many bits after the shared ones choose a bucket: as many buckets as identities, or less.
     */
    int bucketBits() {
        int most = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(Math.max(1, count));
        return Math.min(most, Long.SIZE - sharedBits);
    }

    /** Bits of the first half of a hash that follow the bucket's. */
    int restBits() {
        return Long.SIZE - sharedBits - bucketBits();
    }

    int lowBits() {
        return Long.SIZE - tailBits;
    }

    int entryBits() {
        return restBits() + lowBits() + timeBits + IdentityFormat.CONTENT_BITS;
    }

    /** Where the first identity begins, in bits. */
    long entriesAt() {
        return (long) HEADER * Byte.SIZE + count + (1L << bucketBits());
    }

    /** Length of the whole block. */
    long bytes() {
        long bits = entriesAt() + (long) count * entryBits();
        return (bits + Byte.SIZE - 1) / Byte.SIZE + TRAILER;
    }
}
