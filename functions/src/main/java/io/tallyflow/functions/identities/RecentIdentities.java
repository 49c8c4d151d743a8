package io.tallyflow.functions.identities;

import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.IdentityBatch;
import io.tallyflow.functions.identities.block.IdentityFormat;
import io.tallyflow.functions.identities.block.IdentityVisitor;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * All identities that are not sealed, and copies of some that are: a hash table with open
 * addressing, 33 bytes a slot, of which half to three quarters are taken. Copies are dropped by
 * whole generations, the oldest first.
 *
 * <p>A byte of each hash stands in an array of its own. That array is small enough to stay in the
 * processor's cache where the slots are not, and for an identity that is not there it mostly is all
 * that is read.
 */
final class RecentIdentities implements IdentityVisitor {

    private static final int HIGH = 0;
    private static final int LOW = 1;
    private static final int KAFKA_TIME = 2;

    /** Content hash, and above it the generation. */
    private static final int CONTENT = 3;

    private static final int WORDS = 4;
    private static final int SLOT_BYTES = WORDS * Long.BYTES + 1;
    private static final int LEAST_SLOTS = 16;
    private static final int GENERATIONS_PER_SEAL = 8;
    private static final long CONTENT_MASK = (1L << IdentityFormat.CONTENT_BITS) - 1;

    private final int generationIds;

    /**
     * Spreads identities over the slots: whoever does not know it cannot make many meet (Martin
     * Dietzfelbinger and others: A Reliable Randomized Algorithm for the Closest-Pair Problem,
     * Journal of Algorithms 25, 1997).
     */
    private final long spread = ThreadLocalRandom.current().nextLong() | 1;

    private Generations generations;
    private long[] words = {};

    /** For each slot the tag of its identity, or zero if it is free. */
    private byte[] tags = {};

    private long copiesWithin = Long.MAX_VALUE;

    /**
     * @param sealedIds about how many are sealed at once
     */
    RecentIdentities(int sealedIds) {
        this.generationIds = Math.max(1, sealedIds / GENERATIONS_PER_SEAL);
        this.generations = new Generations(generationIds);
        rebuild();
    }

    /** What was put last for an identity, or null. */
    @Nullable FirstSeen first(long high, long low) {
        int slot = slot(high, low);
        if (tags[slot] == 0) {
            return null;
        }
        int at = slot * WORDS;
        return new FirstSeen(words[at + KAFKA_TIME], words[at + CONTENT] & CONTENT_MASK);
    }

    /** Puts an identity that is not sealed, in the place of what there is of it. */
    @Override
    public void visit(long high, long low, long kafkaTimeMillis, long contentHash) {
        if (generations.identities() >= tags.length - tags.length / 4) {
            makeRoom();
        }
        int slot = slot(high, low);
        if (tags[slot] != 0) {
            generations.removed(generation(words, slot));
        }
        generations.added();
        tags[slot] = tag(low);
        int at = slot * WORDS;
        words[at + HIGH] = high;
        words[at + LOW] = low;
        words[at + KAFKA_TIME] = kafkaTimeMillis;
        words[at + CONTENT] =
                (long) generations.newest() << IdentityFormat.CONTENT_BITS | contentHash;
    }

    /** Where an identity stands, or the free slot where it would. */
    private int slot(long high, long low) {
        byte tag = tag(low);
        int slot = (int) ((low * spread >>> Integer.SIZE) * tags.length >>> Integer.SIZE);
        while (tags[slot] != 0 && (tags[slot] != tag || !isAt(slot, high, low))) {
            slot++;
            slot = slot == tags.length ? 0 : slot;
        }
        return slot;
    }

    private static byte tag(long low) {
        return (byte) Math.max(1, low & 0xFF);
    }

    private boolean isAt(int slot, long high, long low) {
        return words[slot * WORDS + HIGH] == high && words[slot * WORDS + LOW] == low;
    }

    private static int generation(long[] words, int slot) {
        return (int) (words[slot * WORDS + CONTENT] >>> IdentityFormat.CONTENT_BITS);
    }

    private void makeRoom() {
        if (bytes() + bytes() / 2 > copiesWithin) {
            generations.keep(tags.length / 2);
        }
        rebuild();
    }

    /** Leaves out what was dropped; half of the slots are taken after. */
    private void rebuild() {
        long[] wordsBefore = words;
        byte[] tagsBefore = tags;
        int slots = Math.max(LEAST_SLOTS, Math.multiplyExact(generations.identities(), 2));
        words = new long[Math.multiplyExact(slots, WORDS)];
        tags = new byte[slots];
        for (int from = 0; from < tagsBefore.length; from++) {
            if (tagsBefore[from] != 0 && generation(wordsBefore, from) >= generations.oldest()) {
                move(wordsBefore, from * WORDS);
            }
        }
    }

    private void move(long[] before, int from) {
        long low = before[from + LOW];
        int slot = slot(before[from + HIGH], low);
        System.arraycopy(before, from, words, slot * WORDS, WORDS);
        tags[slot] = tag(low);
    }

    /** The identities that are not sealed, in no order. */
    IdentityBatch unsealed() {
        IdentityBatch batch = new IdentityBatch(generations.unsealed());
        for (int slot = 0; slot < tags.length; slot++) {
            if (tags[slot] != 0 && !generations.isSealed(generation(words, slot))) {
                tell(slot * WORDS, batch);
            }
        }
        return batch;
    }

    private void tell(int at, IdentityVisitor visitor) {
        visitor.visit(
                words[at + HIGH],
                words[at + LOW],
                words[at + KAFKA_TIME],
                words[at + CONTENT] & CONTENT_MASK);
    }

    int unsealedCount() {
        return generations.unsealed();
    }

    /** Takes all that there is for copies. */
    void seal() {
        if (generations.newest() == Generations.LAST) {
            generations = new Generations(generationIds);
            tags = new byte[0];
            rebuild();
        } else {
            generations.seal();
        }
    }

    /** Keeps copies only as long as all takes no more than so many bytes. */
    void keepCopiesWithin(long bytes) {
        copiesWithin = bytes;
        if (bytes() > bytes) {
            int before = generations.identities();
            generations.keep(bytes / SLOT_BYTES / 2);
            if (generations.identities() < before) {
                rebuild();
            }
        }
    }

    long bytes() {
        return (long) tags.length * SLOT_BYTES;
    }
}
