package io.tallyflow.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/** Times as they are given to {@code --from} and {@code --to}. */
final class QueryTime {

    private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    private static final Pattern INSTANT =
            Pattern.compile(DATE + "[Tt][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})");

    private QueryTime() {}

    /**
     * Reads an RFC 3339 time, or a plain date: the first instant of that day in the zone.
     *
     * @param option that it was given to
     * @param zone of plain dates
     * @throws UsageProblem if it is neither
     */
    static Instant parse(String option, String text, String zone) {
        return wholeMicros(exact(option, text, zone));
    }

    /** The same, to the nanosecond. */
    static Instant exact(String option, String text, String zone) {
        try {
            if (INSTANT.matcher(text).matches()) {
                return OffsetDateTime.parse(text).toInstant();
            }
            if (DATE.matcher(text).matches()) {
                return LocalDate.parse(text).atStartOfDay(zone(zone)).toInstant();
            }
        } catch (DateTimeException e) {
            throw new UsageProblem(
                    option + " " + text + " is not a time that there is: " + e.getMessage());
        }
        throw new UsageProblem(
                option + " " + text + " is neither like 2026-01-01 nor like 2026-01-01T00:00:00Z");
    }

    /** Events have microseconds: the first of them that is not before the time bounds alike. */
    private static Instant wholeMicros(Instant time) {
        Instant micros = time.truncatedTo(ChronoUnit.MICROS);
        return micros.equals(time) ? time : micros.plus(1, ChronoUnit.MICROS);
    }

    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new UsageProblem("--zone " + name + " is not the name of an IANA time zone");
        }
    }
}
