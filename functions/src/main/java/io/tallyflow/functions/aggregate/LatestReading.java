package io.tallyflow.functions.aggregate;

import org.jspecify.annotations.Nullable;

/** The reading with the greatest event time, of a cell whose meter asks for it. */
final class LatestReading {

    private long digits;
    private long timeMicros;
    private @Nullable String source;
    private @Nullable String id;

    LatestReading(long digits, long timeMicros, @Nullable String source, @Nullable String id) {
        this.digits = digits;
        this.timeMicros = timeMicros;
        this.source = source;
        this.id = id;
    }

    /** Whether a reading of this time is neither earlier nor later. */
    boolean isAt(long otherTimeMicros) {
        return timeMicros == otherTimeMicros;
    }

    /** Takes a reading in its place if that is later. */
    void see(long otherDigits, long otherTimeMicros, String otherSource, String otherId) {
        if (otherTimeMicros > timeMicros) {
            digits = otherDigits;
            timeMicros = otherTimeMicros;
            // The old text is where the cell is; a new one would have to move there.
            source = otherSource.equals(source) ? source : otherSource;
            id = otherId;
        }
    }

    /** At the scale of its cell. */
    long digits() {
        return digits;
    }

    long timeMicros() {
        return timeMicros;
    }

    @Nullable String source() {
        return source;
    }

    @Nullable String id() {
        return id;
    }
}
