package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.deduplicate.LaneDecision.First;
import org.jspecify.annotations.Nullable;

/**
 * All identities that are not sealed, and copies of some that are: a hash table with open
 * addressing, 32 bytes a slot, of which half to three quarters are taken. Copies are dropped by
 * whole generations, the oldest first.
 */
final class RecentIdentities implements IdentityVisitor {

    private static final int HIGH = 0;
    private static final int LOW = 1;
    private static final int KAFKA_TIME = 2;

    /** Content hash, and above it the generation; zero in a free slot. */
    private static final int CONTENT = 3;

    private static final int WORDS = 4;
    private static final int SLOT_BYTES = WORDS * Long.BYTES;
    private static final int LEAST_SLOTS = 16;
    private static final int GENERATIONS_PER_SEAL = 8;
    private static final long CONTENT_MASK = (1L << RememberedIdentities.CONTENT_BITS) - 1;

    private final int generationIds;
    private Generations generations;
    private long[] words = {};
    private int slots;
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
    @Nullable First first(long high, long low) {
        int at = slot(high, low);
        long content = words[at + CONTENT];
        return content == 0 ? null : new First(words[at + KAFKA_TIME], content & CONTENT_MASK);
    }

    /** Puts an identity that is not sealed, in the place of what there is of it. */
    @Override
    public void visit(long high, long low, long kafkaTimeMillis, long contentHash) {
        if (generations.identities() >= slots - slots / 4) {
            makeRoom();
        }
        int at = slot(high, low);
        if (words[at + CONTENT] != 0) {
            generations.removed(generation(at));
        }
        generations.added();
        words[at + HIGH] = high;
        words[at + LOW] = low;
        words[at + KAFKA_TIME] = kafkaTimeMillis;
        words[at + CONTENT] =
                (long) generations.newest() << RememberedIdentities.CONTENT_BITS | contentHash;
    }

    /** Where an identity stands, or the free slot where it would. */
    private int slot(long high, long low) {
        int at = home(low);
        while (words[at + CONTENT] != 0 && (words[at + HIGH] != high || words[at + LOW] != low)) {
            at += WORDS;
            at = at == words.length ? 0 : at;
        }
        return at;
    }

    private int home(long low) {
        return (int) ((low >>> Integer.SIZE) * slots >>> Integer.SIZE) * WORDS;
    }

    private int generation(int at) {
        return (int) (words[at + CONTENT] >>> RememberedIdentities.CONTENT_BITS);
    }

    private void makeRoom() {
        if (bytes() + bytes() / 2 > copiesWithin) {
            generations.keep(slots / 2);
        }
        rebuild();
    }

    /** Leaves out what was dropped; half of the slots are taken after. */
    private void rebuild() {
        long[] before = words;
        slots = Math.max(LEAST_SLOTS, generations.identities() * 2);
        words = new long[Math.multiplyExact(slots, WORDS)];
        for (int from = 0; from < before.length; from += WORDS) {
            int generation = (int) (before[from + CONTENT] >>> RememberedIdentities.CONTENT_BITS);
            if (generation >= generations.oldest()) {
                int to = slot(before[from + HIGH], before[from + LOW]);
                System.arraycopy(before, from, words, to, WORDS);
            }
        }
    }

    /** The identities that are not sealed, in no order. */
    IdentityBatch unsealed() {
        IdentityBatch batch = new IdentityBatch(generations.unsealed());
        for (int at = 0; at < words.length; at += WORDS) {
            if (words[at + CONTENT] != 0 && !generations.isSealed(generation(at))) {
                batch.visit(
                        words[at + HIGH],
                        words[at + LOW],
                        words[at + KAFKA_TIME],
                        words[at + CONTENT] & CONTENT_MASK);
            }
        }
        return batch;
    }

    int unsealedCount() {
        return generations.unsealed();
    }

    /** Takes all that there is for copies. */
    void seal() {
        if (generations.newest() == Generations.LAST) {
            generations = new Generations(generationIds);
            words = new long[0];
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
        return (long) words.length * Long.BYTES;
    }
}
