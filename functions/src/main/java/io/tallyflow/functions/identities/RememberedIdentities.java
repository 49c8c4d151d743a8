package io.tallyflow.functions.identities;

import io.tallyflow.functions.identities.block.BlockCache;
import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.IdentityBatch;
import io.tallyflow.functions.identities.block.IdentityBlocks;
import io.tallyflow.functions.identities.block.IdentityFormat;
import io.tallyflow.functions.identities.block.IdentityHead;
import io.tallyflow.functions.identities.block.IdentityLimits;
import io.tallyflow.functions.identities.run.RunList;
import io.tallyflow.functions.identities.run.RunReader;
import io.tallyflow.functions.identities.run.SealedIdentities;
import org.jspecify.annotations.Nullable;

/**
 * What one key group remembers of the identities that counted: exactly, by all 128 bits of their
 * hash. Confined to one thread.
 *
 * <p>New identities are in a table in memory and, from the next barrier on, in a log in state. When
 * there are enough of them they are sealed: sorted by hash into blocks in state, of which filters
 * are in memory. The table keeps copies of what was sealed last, as many as memory allows.
 *
 * <p>Made over the entries of the key group in state, it remembers what they hold; it reads the log
 * and the list of runs; blocks and filters it reads when it is asked. New identities are in memory
 * only until {@link #log}, which must therefore come before each barrier and, of all calls, last.
 * {@link #tidy} and {@link #seal} may be called at any time.
 *
 * <p>Nothing here reads a clock. The times of writing that it is given tell which entries state has
 * dropped by their time to live, and decide nothing else.
 */
final class RememberedIdentities {

    private final IdentityBlocks blocks;
    private final IdentityLimits limits;
    private final RecentIdentities recent;
    private final IdentityLog log;
    private final SealedIdentities sealed;
    private boolean runsAreOld;

    /**
     * Reads what state holds.
     *
     * @param keyGroup tells the blocks of this key group from others in the cache
     * @param filters those in memory, of all key groups
     * @throws IllegalStateException if an entry is of a version that is not known, or damaged
     */
    RememberedIdentities(
            int keyGroup,
            IdentityBlocks blocks,
            IdentityLimits limits,
            BlockCache cache,
            FilterMemory filters) {
        this.blocks = blocks;
        this.limits = limits;
        this.recent = new RecentIdentities(limits.sealedIds());
        IdentityHead head = IdentityHead.read(blocks);
        this.log = new IdentityLog(blocks, limits.logIds(), head);
        this.sealed =
                new SealedIdentities(
                        blocks,
                        new RunReader(keyGroup, blocks, cache, filters),
                        limits,
                        filters,
                        head.nextRun());
        log.forEach(recent);
    }

    /**
     * What was put last for an identity, or null. Null may also be the answer for one whose entry
     * state has dropped, or that is older than a bound that {@link #tidy} was given; for such a one
     * it may also be what was put earlier.
     *
     * @param high the first 64 bits of its hash
     * @param low the other 64 bits
     */
    @Nullable FirstSeen first(long high, long low) {
        FirstSeen first = recent.first(high, low);
        return first == null ? sealed.first(high, low) : first;
    }

    /**
     * Remembers an identity, in the place of what is remembered of it, which has an earlier Kafka
     * time.
     *
     * @param contentHash no more than {@link IdentityFormat#CONTENT_BITS} bits
     */
    void put(long high, long low, long kafkaTimeMillis, long contentHash) {
        if (contentHash >>> IdentityFormat.CONTENT_BITS != 0) {
            throw new IllegalArgumentException(
                    "a content hash of more than "
                            + IdentityFormat.CONTENT_BITS
                            + " bits: "
                            + Long.toHexString(contentHash));
        }
        recent.visit(high, low, kafkaTimeMillis, contentHash);
        log.add(high, low, kafkaTimeMillis, contentHash);
    }

    /**
     * Writes what state does not hold yet: at most one block of the log, and what there is. The
     * work is that of the identities put since the last call and of less than one full block.
     */
    void log() {
        if (runsAreOld) {
            RunList.write(blocks, sealed.runs());
        }
        if (log.write() || runsAreOld) {
            new IdentityHead(log.from(), log.to(), sealed.nextRun()).write(blocks);
        }
        runsAreOld = false;
    }

    /**
     * Does one piece of the work that is due, if any: seals, drops a run that is too old, or merges
     * some runs of one shelf. A piece handles at most about as many identities as are sealed at
     * once, times the runs of a shelf, as long as their hashes are spread evenly.
     *
     * @param nowMillis the time of writing
     * @param forgottenMillis identities that were put before may be forgotten
     * @return how many identities the piece handled; 0 if nothing is due
     */
    int tidy(long nowMillis, long forgottenMillis) {
        if (unsealed() >= limits.sealedIds()) {
            return seal(nowMillis);
        }
        int handled = sealed.tidy(forgottenMillis);
        runsAreOld |= handled > 0;
        return handled;
    }

    /**
     * Seals what is not sealed, however little, so that {@link #keepCopiesWithin} can give its
     * memory back.
     *
     * @param nowMillis the time of writing
     * @return how many identities were sealed
     */
    int seal(long nowMillis) {
        IdentityBatch sorted = recent.unsealed().sorted();
        if (sorted.size() > 0) {
            sealed.add(sorted, nowMillis);
            log.clear();
            recent.seal();
            runsAreOld = true;
        }
        return sorted.size();
    }

    /**
     * Keeps copies of sealed identities only as long as the table of recent ones takes no more than
     * so many bytes, from now on. Others stay, whatever they take, until they are sealed.
     */
    void keepCopiesWithin(long recentBytes) {
        recent.keepCopiesWithin(recentBytes);
    }

    /** Identities that are not sealed. */
    int unsealed() {
        return recent.unsealedCount();
    }

    /** Bytes of memory that sealing and dropping copies can give back. */
    long recentBytes() {
        return recent.bytes() + log.bytes();
    }

    /** Bytes of memory held, without the cache of blocks and the filters. */
    long bytes() {
        return recentBytes() + sealed.bytes();
    }
}
