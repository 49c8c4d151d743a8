package io.tallyflow.functions.identities.block;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Identities by hash, as few bits of each as tell them apart, looked up without decoding all.
 *
 * <p>The bytes, numbers big endian: the version; bits; a trailer. All hashes of a block begin with
 * the same bits, which its place tells and which are not in it. By the bits that come next, about
 * as many buckets as there are identities, the hashes fall apart: for each bucket there are as many
 * ones as it has identities, then a zero (Peter Elias: Efficient Storage and Retrieval by Content
 * and Address of Static Files, Journal of the ACM 21, 1974). Then of each identity, all of the same
 * width: the rest of the hash without its tail, by how much its Kafka time is later than the
 * earliest one, and its content hash. The trailer: the earliest Kafka time, 8 bytes; how many
 * identities there are, 4; how many bits are shared, tail, and later time, 1 each.
 */
public final class IdentityBlock {

    private static final String WHAT = "a block of identities";

    private final byte[] bytes;
    private final long oldestMillis;
    private final BlockShape shape;
    private final long entriesAt;
    private final int entryBits;
    private final int restBits;
    private final int lowBits;

    private IdentityBlock(byte[] bytes) {
        ByteBuffer trailer =
                ByteBuffer.wrap(bytes, bytes.length - BlockShape.TRAILER, BlockShape.TRAILER);
        this.bytes = bytes;
        this.oldestMillis = trailer.getLong();
        this.shape = new BlockShape(trailer.getInt(), trailer.get(), trailer.get(), trailer.get());
        if (!shape.isPossible() || shape.bytes() != bytes.length) {
            throw IdentityFormat.damaged(WHAT, bytes);
        }
        this.entriesAt = shape.entriesAt();
        this.entryBits = shape.entryBits();
        this.restBits = shape.restBits();
        this.lowBits = shape.lowBits();
    }

    /**
     * @throws IllegalStateException if the bytes are of another version or no block
     */
    public static IdentityBlock of(byte[] bytes) {
        IdentityFormat.check(WHAT, bytes, BlockShape.HEADER + BlockShape.TRAILER);
        return new IdentityBlock(bytes);
    }

    int bytes() {
        return bytes.length;
    }

    /**
     * What is remembered of an identity whose hash begins with the shared bits; null if nothing.
     */
    public @Nullable FirstSeen first(long high, long low) {
        int bucket = (int) BitString.highest(high << shape.sharedBits(), shape.bucketBits());
        long bucketAt = afterZeros(bucket);
        int from = (int) bucketAt - bucket;
        int index = search(from, from + onesAt(bucketAt), high, low);
        return index < 0 ? null : new FirstSeen(kafkaTimeMillis(index), contentHash(index));
    }

    /** Where the bits of a bucket begin, counted from the first bucket's. */
    private long afterZeros(int zeros) {
        int left = zeros;
        long at = 0;
        long inverted = ~bucketWord(at);
        while (left > Long.bitCount(inverted)) {
            left -= Long.bitCount(inverted);
            at += Long.SIZE;
            inverted = ~bucketWord(at);
        }
        return at + afterOnes(inverted, left);
    }

    private static int afterOnes(long word, int ones) {
        long rest = word;
        int after = 0;
        for (int i = 0; i < ones; i++) {
            after = Long.numberOfLeadingZeros(rest) + 1;
            rest &= ~(Long.MIN_VALUE >>> (after - 1));
        }
        return after;
    }

    /** How many ones stand there before a zero: how many identities the bucket has. */
    private int onesAt(long bucketAt) {
        long at = bucketAt;
        int ones = Long.numberOfLeadingZeros(~bucketWord(at));
        while (ones == at - bucketAt + Long.SIZE) {
            at += Long.SIZE;
            ones += Long.numberOfLeadingZeros(~bucketWord(at));
        }
        return ones;
    }

    private long bucketWord(long at) {
        return BitString.read(bytes, BlockShape.HEADER * Byte.SIZE + at, Long.SIZE);
    }

    private int search(int from, int to, long high, long low) {
        long wantedRest = BitString.lowest(high, restBits);
        long wantedLow = BitString.highest(low, lowBits);
        int left = from;
        int right = to - 1;
        while (left <= right) {
            int middle = (left + right) >>> 1;
            int order = compare(middle, wantedRest, wantedLow);
            if (order == 0) {
                return middle;
            }
            left = order < 0 ? middle + 1 : left;
            right = order < 0 ? right : middle - 1;
        }
        return -1;
    }

    private int compare(int index, long wantedRest, long wantedLow) {
        int byRest = Long.compareUnsigned(rest(index), wantedRest);
        return byRest != 0 ? byRest : Long.compareUnsigned(low(index), wantedLow);
    }

    /**
     * Tells of all identities, by hash.
     *
     * @param shared the bits with which all hashes begin, with zeros after
     * @param tails gives the tails, if they are not in the block
     */
    public void forEach(long shared, IdentityFilter tails, IdentityVisitor visitor) {
        long at = 0;
        int index = 0;
        for (long bucket = 0; index < shape.count(); bucket++) {
            int ones = onesAt(at);
            long high = shared | bucket << restBits;
            for (int end = index + ones; index < end; index++) {
                tell(index, high | rest(index), tails, visitor);
            }
            at += ones + 1L;
        }
    }

    private void tell(int index, long high, IdentityFilter tails, IdentityVisitor visitor) {
        long low = low(index) << shape.tailBits();
        if (shape.tailBits() > 0) {
            low |= tails.tail(high, low);
        }
        visitor.visit(high, low, kafkaTimeMillis(index), contentHash(index));
    }

    private long rest(int index) {
        return BitString.read(bytes, at(index), restBits);
    }

    private long low(int index) {
        return BitString.read(bytes, at(index) + restBits, lowBits);
    }

    private long kafkaTimeMillis(int index) {
        long at = at(index) + restBits + lowBits;
        return oldestMillis + BitString.read(bytes, at, shape.timeBits());
    }

    private long contentHash(int index) {
        long at = at(index) + entryBits - IdentityFormat.CONTENT_BITS;
        return BitString.read(bytes, at, IdentityFormat.CONTENT_BITS);
    }

    private long at(int index) {
        return entriesAt + (long) index * entryBits;
    }
}
