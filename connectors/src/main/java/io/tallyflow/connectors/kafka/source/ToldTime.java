package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What records say about the progress of event time when they are read. This decides only when
 * windows settle; what becomes of the record itself does not depend on it.
 */
final class ToldTime {

    /** How far clocks of machines may differ. */
    private static final long AHEAD_MILLIS = 60_000;

    private final long holdsUpToMillis;
    private final LongSupplier clock;

    /** As of when the clock was last read, which is not for every record. */
    private long latestMillis = Long.MIN_VALUE;

    ToldTime(WatermarkRules rules, LongSupplier clock) {
        this.holdsUpToMillis = rules.holdsUpTo().toMillis();
        this.clock = clock;
    }

    /** Takes note of a record of that partition. */
    void heed(ParsedRecord record, PartitionWatermark partition) {
        partition.onRecord(record.offset(), progressMillis(record), isRecent(record.event()));
    }

    /**
     * A time that has not come yet is a clock that is wrong: to follow it would make all others
     * late, until that time comes.
     */
    private long progressMillis(ParsedRecord record) {
        long millis = record.progressMillis();
        if (millis > latestMillis) {
            latestMillis = clock.getAsLong() + AHEAD_MILLIS;
        }
        return millis > latestMillis ? Long.MIN_VALUE : millis;
    }

    private boolean isRecent(@Nullable UsageEvent event) {
        return event != null && event.kafkaTimeMillis() - event.timeMillis() <= holdsUpToMillis;
    }
}
