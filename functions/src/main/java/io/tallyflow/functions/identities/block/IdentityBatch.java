package io.tallyflow.functions.identities.block;

import java.util.Arrays;

/** Identities in the order in which they were added. */
public final class IdentityBatch implements IdentityVisitor {

    private static final int HIGH = 0;
    private static final int LOW = 1;
    private static final int KAFKA_TIME = 2;
    private static final int CONTENT = 3;
    private static final int WORDS = 4;

    private long[] words;
    private int size;

    /**
     * @param capacity for how many there is room at first
     */
    public IdentityBatch(int capacity) {
        this.words = new long[Math.multiplyExact(Math.max(1, capacity), WORDS)];
    }

    @Override
    public void visit(long high, long low, long kafkaTimeMillis, long contentHash) {
        int at = size * WORDS;
        if (at == words.length) {
            words = Arrays.copyOf(words, Math.multiplyExact(at, 2));
        }
        words[at + HIGH] = high;
        words[at + LOW] = low;
        words[at + KAFKA_TIME] = kafkaTimeMillis;
        words[at + CONTENT] = contentHash;
        size++;
    }

    public int size() {
        return size;
    }

    public long high(int index) {
        return words[index * WORDS + HIGH];
    }

    long low(int index) {
        return words[index * WORDS + LOW];
    }

    public long kafkaTimeMillis(int index) {
        return words[index * WORDS + KAFKA_TIME];
    }

    long contentHash(int index) {
        return words[index * WORDS + CONTENT];
    }

    public long bytes() {
        return (long) words.length * Long.BYTES;
    }

    /** Whether two have the same hash. */
    public boolean same(int left, int right) {
        return high(left) == high(right) && low(left) == low(right);
    }

    /** The identities by hash, unsigned; where some have the same hash, only the last added. */
    public IdentityBatch sorted() {
        int[] order = IdentityOrder.of(this);
        IdentityBatch sorted = new IdentityBatch(size);
        for (int i = 0; i < size; i++) {
            if (i + 1 == size || !same(order[i], order[i + 1])) {
                copyTo(sorted, order[i]);
            }
        }
        return sorted;
    }

    private void copyTo(IdentityBatch other, int index) {
        other.visit(high(index), low(index), kafkaTimeMillis(index), contentHash(index));
    }
}
