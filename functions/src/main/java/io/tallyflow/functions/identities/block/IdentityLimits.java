package io.tallyflow.functions.identities.block;

import java.time.Duration;
import java.util.List;

/**
 * Sizes of what one key group remembers, in identities. They bound work and memory and decide
 * nothing; each start may choose its own.
 *
 * @param sealedIds with how many unsealed ones they are due to be sealed
 * @param blockIds about how many a block of a run holds at most
 * @param filterIds about how many a filter of a run is of at most; a whole number of blocks
 * @param logIds with how many a block of the log is full; a block that is not is written again with
 *     more at the next barrier
 * @param shelfRuns with how many runs beside each other they are due to be merged, at least two
 * @param sliceMillis how long a stretch of time is whose identities are merged with each other
 *     only: so much longer than it must an identity may be remembered
 */
public record IdentityLimits(
        int sealedIds, int blockIds, int filterIds, int logIds, int shelfRuns, long sliceMillis) {

    public IdentityLimits {
        if (sealedIds < 1
                || blockIds < 1
                || filterIds < 1
                || logIds < 1
                || shelfRuns < 2
                || sliceMillis < 1) {
            throw new IllegalArgumentException(
                    "sizes of remembered identities must be positive, and runs at least two: "
                            + List.of(
                                    sealedIds,
                                    blockIds,
                                    filterIds,
                                    logIds,
                                    shelfRuns,
                                    sliceMillis));
        }
    }

    /**
     * 65,536 to be sealed, 512 in a block, 32,768 in a filter, 128 in a block of the log, 4 runs to
     * be merged, 4 days.
     */
    public static IdentityLimits defaults() {
        return new IdentityLimits(65_536, 512, 32_768, 128, 4, Duration.ofDays(4).toMillis());
    }

    /** The same with another number to be sealed. */
    public IdentityLimits sealing(int identities) {
        return new IdentityLimits(identities, blockIds, filterIds, logIds, shelfRuns, sliceMillis);
    }
}
