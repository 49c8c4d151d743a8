package io.tallyflow.cli.terminal;

import io.tallyflow.results.RequestRefusedException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A time as it is given to {@code --from} and {@code --to}: an instant, or the first one of a day
 * in a zone that is still to be asked for it. One of the two is null.
 */
public record TimeArgument(@Nullable Instant instant, @Nullable LocalDate day) {

    private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    private static final Pattern INSTANT =
            Pattern.compile(DATE + "[Tt][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})");

    /**
     * Reads an RFC 3339 time or a plain date.
     *
     * @param option that it was given to
     * @throws RequestRefusedException if it is neither
     */
    public static TimeArgument read(String option, String text) {
        try {
            if (INSTANT.matcher(text).matches()) {
                return new TimeArgument(OffsetDateTime.parse(text).toInstant(), null);
            }
            if (DATE.matcher(text).matches()) {
                return new TimeArgument(null, LocalDate.parse(text));
            }
        } catch (DateTimeException e) {
            throw new RequestRefusedException(
                    option + " " + text + " is not a time that there is: " + e.getMessage());
        }
        throw new RequestRefusedException(
                option + " " + text + " is neither like 2026-01-01 nor like 2026-01-01T00:00:00Z");
    }

    /** The same in UTC, to the nanosecond. */
    public static Instant exact(String option, String text) {
        return read(option, text).exact(TimeArgument::startInUtc);
    }

    /** The same in UTC. */
    public static Instant parse(String option, String text) {
        return wholeMicros(exact(option, text));
    }

    /**
     * The instant that is meant.
     *
     * @param startOf tells when a day begins
     */
    public Instant in(Function<LocalDate, Instant> startOf) {
        return wholeMicros(exact(startOf));
    }

    private Instant exact(Function<LocalDate, Instant> startOf) {
        if (instant != null) {
            return instant;
        }
        if (day == null) {
            throw new IllegalStateException("neither instant nor day");
        }
        return startOf.apply(day);
    }

    private static Instant startInUtc(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** Events have microseconds: the first of them that is not before the time bounds alike. */
    private static Instant wholeMicros(Instant time) {
        Instant micros = time.truncatedTo(ChronoUnit.MICROS);
        return micros.equals(time) ? time : micros.plus(1, ChronoUnit.MICROS);
    }
}
