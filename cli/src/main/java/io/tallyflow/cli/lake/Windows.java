package io.tallyflow.cli.lake;

import io.tallyflow.cli.query.CalendarWindow;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Tells which window an instant lies in. */
interface Windows {

    /** The window that holds an instant, given in milliseconds since the epoch, UTC. */
    Window of(long millis);

    /** The windows of a size; one for all time if there is none. */
    static Windows by(@Nullable CalendarWindow size, ZoneId zone) {
        if (size == null) {
            return millis -> Window.ALL;
        }
        return switch (size) {
            case MINUTE -> every(60_000);
            case HOUR -> every(3_600_000);
            case DAY, WEEK, MONTH, YEAR -> new CalendarWindows(size, zone);
        };
    }

    private static Windows every(long step) {
        return millis -> {
            long start = Math.floorDiv(millis, step) * step;
            return new Window(start, start + step);
        };
    }
}
