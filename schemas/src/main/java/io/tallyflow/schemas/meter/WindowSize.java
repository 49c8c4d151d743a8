package io.tallyflow.schemas.meter;

import java.time.Instant;

/** The finest grain a meter keeps. Windows are half-open and aligned to the epoch in UTC. */
public enum WindowSize {
    MINUTE(60_000L),
    HOUR(3_600_000L),
    DAY(86_400_000L);

    private final long millis;

    WindowSize(long millis) {
        this.millis = millis;
    }

    /** Length in milliseconds. */
    public long millis() {
        return millis;
    }

    /** Start of the window that holds the instant; both in milliseconds since the epoch, UTC. */
    public long startOf(long timeMillis) {
        return Math.floorDiv(timeMillis, millis) * millis;
    }

    /** Whether a window begins at the instant, in milliseconds since the epoch, UTC. */
    public boolean isBoundary(long timeMillis) {
        return startOf(timeMillis) == timeMillis;
    }

    /** Whether a window begins at the instant, to the nanosecond. */
    public boolean isBoundary(Instant time) {
        long millis = time.toEpochMilli();
        return time.equals(Instant.ofEpochMilli(millis)) && isBoundary(millis);
    }
}
