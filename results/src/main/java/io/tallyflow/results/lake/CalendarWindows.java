package io.tallyflow.results.lake;

import io.tallyflow.results.query.CalendarWindow;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/**
 * Windows that follow the calendar of a zone. A day begins at the first instant whose local time is
 * midnight or, where that is skipped, at the end of the gap; so each instant is in one window,
 * whatever the clocks do.
 */
final class CalendarWindows implements Windows {

    private final CalendarWindow size;
    private final ZoneId zone;

    CalendarWindows(CalendarWindow size, ZoneId zone) {
        this.size = size;
        this.zone = zone;
    }

    @Override
    public Window of(long millis) {
        LocalDate first = firstDayAt(millis);
        return new Window(start(first), start(next(first)));
    }

    @Override
    public boolean fit(long grain, GrainRange range) {
        if (zone.getRules().isFixedOffset()) {
            ZoneOffset offset = zone.getRules().getOffset(Instant.EPOCH);
            return Math.floorMod(offset.getTotalSeconds() * 1_000L, grain) == 0;
        }
        LocalDate day = firstDayAt(range.from());
        long boundary = start(day);
        while (fits(boundary, grain, range)) {
            if (boundary >= range.to()) {
                return true;
            }
            day = next(day);
            boundary = start(day);
        }
        return false;
    }

    private static boolean fits(long boundary, long grain, GrainRange range) {
        return Math.floorMod(boundary, grain) == 0
                || (boundary <= range.from() && !range.openFrom())
                || (boundary >= range.to() && !range.openTo());
    }

    /** First day of the window that holds an instant. */
    private LocalDate firstDayAt(long millis) {
        LocalDate local = Instant.ofEpochMilli(millis).atZone(zone).toLocalDate();
        // Clocks that were set back across midnight show the day before once more.
        LocalDate first = firstDay(local.plusDays(1));
        while (start(first) > millis) {
            first = firstDay(first.minusDays(1));
        }
        return first;
    }

    private long start(LocalDate day) {
        return day.atStartOfDay(zone).toInstant().toEpochMilli();
    }

    private LocalDate firstDay(LocalDate day) {
        return switch (size) {
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> day.withDayOfMonth(1);
            case YEAR -> day.withDayOfYear(1);
            default -> day;
        };
    }

    private LocalDate next(LocalDate first) {
        return first.plus(
                1,
                switch (size) {
                    case WEEK -> ChronoUnit.WEEKS;
                    case MONTH -> ChronoUnit.MONTHS;
                    case YEAR -> ChronoUnit.YEARS;
                    default -> ChronoUnit.DAYS;
                });
    }
}
