package io.tallyflow.results.lake;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A range of time, rounded outwards to a meter's grain. Instants are milliseconds since the epoch,
 * UTC.
 *
 * @param from inclusive; where there can be no usage any more, if the range is open there
 * @param to exclusive; likewise
 * @param openFrom whether no beginning was asked for
 * @param openTo whether no end was asked for
 */
record GrainRange(long from, long to, boolean openFrom, boolean openTo) {

    // Instants outside hold no usage.
    private static final long DAWN = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
    private static final long DUSK = Instant.parse("+10000-01-02T00:00:00Z").toEpochMilli();

    private static final long DAY = 86_400_000L;
    private static final long NO_USAGE = Instant.parse("2000-01-01T00:00:00Z").toEpochMilli();

    static GrainRange of(@Nullable Instant from, @Nullable Instant to, long grain) {
        long lo = from == null ? DAWN : floor(clamp(from), grain);
        long hi = to == null ? DUSK : ceiling(to, grain);
        return new GrainRange(lo, Math.max(hi, lo + grain), from == null, to == null);
    }

    /** The part of the range before an instant that lies on the grain, or after it. */
    GrainRange before(long millis) {
        return new GrainRange(from, Math.min(to, millis), openFrom, openTo);
    }

    /** The part of the range from an instant on. */
    GrainRange since(long millis) {
        return new GrainRange(Math.max(from, millis), to, openFrom, openTo);
    }

    boolean isEmpty() {
        return from >= to;
    }

    boolean isOpen() {
        return openFrom || openTo;
    }

    /** The range with open ends where the times end that events can have. */
    GrainRange everUsed() {
        return new GrainRange(
                openFrom ? Math.min(0, to) : from, openTo ? DUSK : to, openFrom, openTo);
    }

    /**
     * The range with open ends where the usage ends that was found, or near the other end if there
     * is none: a zone can then be judged all the same.
     *
     * @param first start of the first window with usage; null if there is none
     * @param last end of the last one
     */
    GrainRange closedAround(@Nullable Long first, @Nullable Long last) {
        long lo = from;
        if (openFrom) {
            long least = first == null ? Long.MAX_VALUE : first;
            lo = openTo ? (first == null ? NO_USAGE : first) : Math.min(least, to - DAY);
        }
        long hi = to;
        if (openTo) {
            hi = Math.max(last == null ? Long.MIN_VALUE : last, lo + DAY);
        }
        return new GrainRange(lo, hi, openFrom, openTo);
    }

    /** The grain's window that an instant lies in begins here; nowhere before there is usage. */
    static long floor(long millis, long grain) {
        return Math.floorDiv(Math.max(DAWN, Math.min(DUSK, millis)), grain) * grain;
    }

    private static long ceiling(Instant instant, long grain) {
        long millis = clamp(instant);
        boolean between = instant.getNano() % 1_000_000 != 0 && millis > DAWN && millis < DUSK;
        return floor(millis + (between ? 1 : 0) + grain - 1, grain);
    }

    /** Rounded down. */
    private static long clamp(Instant instant) {
        if (instant.isBefore(Instant.ofEpochMilli(DAWN))) {
            return DAWN;
        }
        return instant.isAfter(Instant.ofEpochMilli(DUSK)) ? DUSK : instant.toEpochMilli();
    }
}
