package io.tallyflow.functions.deduplicate;

import java.time.Duration;

/**
 * Sizes of what one key group remembers, in identities. They bound work and memory and decide
 * nothing; each start may choose its own.
 *
 * @param sealedIds with how many unsealed ones they are due to be sealed
 * @param blockIds about how many a block of a run holds at most
 * @param logIds with how many a block of the log is full; a block that is not is written again with
 *     more at the next barrier
 * @param shelfRuns with how many runs beside each other they are due to be merged, at least two
 * @param mostSpanMillis how long a time may lie between the first and the last sealing of what one
 *     run holds: so much longer than it must an identity may be remembered
 */
record IdentityLimits(int sealedIds, int blockIds, int logIds, int shelfRuns, long mostSpanMillis) {

    IdentityLimits {
        if (sealedIds < 1 || blockIds < 1 || logIds < 1 || shelfRuns < 2) {
            throw new IllegalArgumentException(
                    "sizes of remembered identities must be positive, and runs at least two: "
                            + sealedIds
                            + ", "
                            + blockIds
                            + ", "
                            + logIds
                            + ", "
                            + shelfRuns);
        }
    }

    /**
     * 65,536 to be sealed, 512 in a block, 128 in a block of the log, 4 runs to be merged, 4 days.
     */
    static IdentityLimits defaults() {
        return new IdentityLimits(65_536, 512, 128, 4, Duration.ofDays(4).toMillis());
    }
}
