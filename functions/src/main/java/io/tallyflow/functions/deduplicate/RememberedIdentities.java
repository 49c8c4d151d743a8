package io.tallyflow.functions.deduplicate;

import org.jspecify.annotations.Nullable;

/**
 * What one key group remembers of the identities that counted: exactly, by all 128 bits of their
 * hash. Confined to one thread.
 *
 * <p>Made over the entries of the key group in state, it remembers what they hold: it reads the log
 * of what is not sealed and the filters of what is, not the blocks. New identities are in memory
 * only until {@link #log}, which must therefore come last before a barrier, after {@link #tidy} and
 * {@link #seal}; those two may also be called at any other time.
 *
 * <p>Nothing here reads a clock. The times of writing that it is given tell which entries state has
 * dropped by their time to live and decide nothing else.
 */
final class RememberedIdentities {

    /** How many bits of a content hash are remembered. */
    static final int CONTENT_BITS = 48;

    /**
     * Reads what state holds.
     *
     * @param keyGroup tells the blocks of this key group from others in the cache
     * @throws IllegalStateException if an entry is of a version that is not known, or damaged
     */
    RememberedIdentities(
            int keyGroup, IdentityBlocks blocks, IdentityLimits limits, BlockCache cache) {}

    /**
     * What was put last for an identity, or null. Null is also allowed for one whose entry state
     * has dropped, or that was older than a bound given to {@link #tidy}; for such a one it may
     * also be what was put before.
     *
     * @param high the first 64 bits of its hash
     * @param low the other 64 bits
     */
    LaneDecision.@Nullable First first(long high, long low) {
        throw new UnsupportedOperationException();
    }

    /**
     * Remembers an identity, in the place of what is remembered of it.
     *
     * @param contentHash no more than {@link #CONTENT_BITS} bits
     */
    void put(long high, long low, long kafkaTimeMillis, long contentHash) {
        throw new UnsupportedOperationException();
    }

    /**
     * Writes what state does not hold yet: at most one block of the log and the list of what there
     * is. The work is that of the identities put since the last call and of less than one block.
     */
    void log() {
        throw new UnsupportedOperationException();
    }

    /**
     * Does one piece of the work that is due, if any: seals, or merges the runs of one shelf. A
     * piece handles about as many identities as are sealed at once, times the runs of a shelf.
     *
     * @param nowMillis the time of writing
     * @param oldestKafkaMillis identities with an earlier Kafka time may be forgotten; it must be
     *     so old that no later event can be told to repeat them
     * @return how many identities the piece handled; 0 if nothing is due
     */
    int tidy(long nowMillis, long oldestKafkaMillis) {
        throw new UnsupportedOperationException();
    }

    /**
     * Seals what is not sealed, however little, so that memory can be given back.
     *
     * @param nowMillis the time of writing
     */
    void seal(long nowMillis) {
        throw new UnsupportedOperationException();
    }

    /**
     * Forgets runs of which every entry was written before a moment, for state has dropped them.
     *
     * @param beforeMillis the present minus the time to live
     */
    void forget(long beforeMillis) {
        throw new UnsupportedOperationException();
    }

    /**
     * Keeps copies of sealed identities only while the table of recent ones takes no more than so
     * many bytes. Unsealed ones stay, whatever they take: {@link #seal} them first.
     */
    void keepCopiesWithin(long recentBytes) {
        throw new UnsupportedOperationException();
    }

    /** Identities that are in the log only. */
    int unsealed() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of memory held, without the cache of blocks. */
    long bytes() {
        throw new UnsupportedOperationException();
    }
}
