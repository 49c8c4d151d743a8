package io.tallyflow.results.lake;

import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import org.jspecify.annotations.Nullable;

/**
 * Hours by the clocks of a zone. One begins whenever clocks show a full hour; where a full hour is
 * skipped, at the instant at which it would have come. So hours have 60 minutes, and others only
 * where clocks are changed by a part of an hour.
 */
final class HourWindows implements Windows {

    private static final long HOUR = 3_600_000L;

    private final ZoneRules rules;

    HourWindows(ZoneId zone) {
        this.rules = zone.getRules();
    }

    @Override
    public Window of(long millis) {
        return new Window(startOf(millis), nextAfter(millis));
    }

    /** The last boundary that is not after an instant. */
    private long startOf(long millis) {
        ZoneOffsetTransition change = lastChange(millis);
        long start = floor(millis, offset(millis));
        if (change == null) {
            return start;
        }
        long skipped = floor(Math.min(millis, endOfSkipped(change) - 1), before(change));
        long latest = Math.max(start, skipped);
        return latest >= at(change) ? latest : startOf(at(change) - 1);
    }

    /** The first boundary after an instant. */
    private long nextAfter(long millis) {
        ZoneOffsetTransition change = lastChange(millis);
        long next = floor(millis, offset(millis)) + HOUR;
        if (change != null) {
            long skipped = floor(millis, before(change)) + HOUR;
            if (skipped < endOfSkipped(change)) {
                next = Math.min(next, skipped);
            }
        }
        ZoneOffsetTransition coming = rules.nextTransition(Instant.ofEpochMilli(millis));
        if (coming == null || next < at(coming)) {
            return next;
        }
        return startOf(at(coming)) == at(coming) ? at(coming) : nextAfter(at(coming));
    }

    @Override
    public boolean fit(long grain, GrainRange range) {
        long boundary = range.openFrom() ? startOf(range.from()) : nextAfter(range.from());
        while (boundary < range.to() || range.openTo()) {
            if (Math.floorMod(boundary, grain) != 0) {
                return false;
            }
            if (boundary >= range.to()) {
                return true;
            }
            boundary = nextAfter(lastAlike(boundary, range.to()));
        }
        return true;
    }

    /** Up to here no boundary lies otherwise on a grain than this one. */
    private long lastAlike(long boundary, long end) {
        ZoneOffsetTransition change = lastChange(boundary);
        if (change != null && boundary < endOfSkipped(change)) {
            return boundary;
        }
        ZoneOffsetTransition coming = rules.nextTransition(Instant.ofEpochMilli(boundary));
        long until = coming == null ? end : Math.min(end, at(coming));
        return Math.max(boundary, until - 1);
    }

    /** The last change of clocks that is not after an instant; null if there is none. */
    private @Nullable ZoneOffsetTransition lastChange(long millis) {
        return rules.previousTransition(Instant.ofEpochMilli(millis + 1));
    }

    private long offset(long millis) {
        return rules.getOffset(Instant.ofEpochMilli(millis)).getTotalSeconds() * 1_000L;
    }

    private static long before(ZoneOffsetTransition change) {
        return change.getOffsetBefore().getTotalSeconds() * 1_000L;
    }

    private static long at(ZoneOffsetTransition change) {
        return change.toEpochSecond() * 1_000L;
    }

    /** Where the local times would have been over that a change skips. */
    private static long endOfSkipped(ZoneOffsetTransition change) {
        return at(change) + change.getDuration().toMillis();
    }

    private static long floor(long millis, long offset) {
        return millis - Math.floorMod(millis + offset, HOUR);
    }
}
