package io.tallyflow.local.truth;

import java.time.Duration;

/**
 * What a run of generated usage looks like. Equal settings give equal records, byte for byte.
 *
 * @param seed of everything random
 * @param records how many, copies and bad ones included
 * @param partitions of the topic that they are meant for
 * @param subjects how many customers share them
 * @param startMillis Kafka timestamp of the first record, milliseconds since the epoch, UTC
 * @param spanMillis from the first Kafka timestamp to the last, at most 20 days, so that copies
 *     always find their first within the dedupe horizon
 * @param overflowing whether some readings would lift their cell beyond what it can hold. Such a
 *     reading is ignored if its window is open and counts if it comes late, so the truth is known
 *     only of a run that is read within half a day of its Kafka timestamps
 */
public record GeneratorSettings(
        long seed,
        long records,
        int partitions,
        int subjects,
        long startMillis,
        long spanMillis,
        boolean overflowing) {

    private static final long LONGEST_SPAN = Duration.ofDays(20).toMillis();

    public GeneratorSettings {
        if (records < 0 || partitions < 1 || subjects < 1) {
            throw new IllegalArgumentException(
                    "records " + records + ", partitions " + partitions + ", subjects " + subjects);
        }
        if (spanMillis < 0 || spanMillis > LONGEST_SPAN) {
            throw new IllegalArgumentException("a span of " + spanMillis + " ms");
        }
    }

    /** An hour of usage of fifty customers, on four partitions. */
    public static GeneratorSettings anHour(long seed, long records, long startMillis) {
        return new GeneratorSettings(
                seed, records, 4, 50, startMillis, Duration.ofHours(1).toMillis(), false);
    }

    /** The same with readings that no cell can hold. */
    public GeneratorSettings withOverflow() {
        return new GeneratorSettings(
                seed, records, partitions, subjects, startMillis, spanMillis, true);
    }
}
