package io.tallyflow.operations.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * The windows that begin in some time of one day.
 *
 * @param fromMillis inclusive, milliseconds since the epoch, UTC
 * @param toMillis exclusive
 */
record WindowRange(long fromMillis, long toMillis) {

    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    /** All of a day, UTC. */
    static WindowRange of(LocalDate day) {
        long start = day.toEpochDay() * DAY_MILLIS;
        return new WindowRange(start, start + DAY_MILLIS);
    }

    /** What of it lies between two times. */
    WindowRange between(long from, long to) {
        return new WindowRange(Math.max(fromMillis, from), Math.min(toMillis, to));
    }

    /** All of the day that it is of. */
    WindowRange wholeDay() {
        return of(LocalDate.ofEpochDay(Math.floorDiv(fromMillis, DAY_MILLIS)));
    }

    boolean holds(long startMillis) {
        return startMillis >= fromMillis && startMillis < toMillis;
    }

    OffsetDateTime from() {
        return time(fromMillis);
    }

    OffsetDateTime to() {
        return time(toMillis);
    }

    private static OffsetDateTime time(long millis) {
        return Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC);
    }
}
