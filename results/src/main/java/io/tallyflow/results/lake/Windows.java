package io.tallyflow.results.lake;

import io.tallyflow.results.query.CalendarWindow;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Tells which window an instant lies in. */
interface Windows {

    /** The window that holds an instant, given in milliseconds since the epoch, UTC. */
    Window of(long millis);

    /**
     * Whether windows begin and end on a grain only.
     *
     * @param range that is looked at: boundaries within it, and those around its open ends
     */
    default boolean fit(long grain, GrainRange range) {
        return true;
    }

    /** The windows of a size; one for all time if there is none. */
    static Windows by(@Nullable CalendarWindow size, ZoneId zone) {
        if (size == null) {
            return millis -> Window.ALL;
        }
        return switch (size) {
            case MINUTE -> every(60_000);
            case HOUR -> new RememberedWindows(new HourWindows(zone));
            case DAY, WEEK, MONTH, YEAR -> new RememberedWindows(new CalendarWindows(size, zone));
        };
    }

    private static Windows every(long step) {
        return millis -> {
            long start = Math.floorDiv(millis, step) * step;
            return new Window(start, start + step);
        };
    }
}
