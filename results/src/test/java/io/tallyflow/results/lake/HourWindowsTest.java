package io.tallyflow.results.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HourWindowsTest {

    private static final long HOUR = 3_600_000L;

    @ParameterizedTest
    @CsvSource({
        "UTC, 2025-03-30T01:59:59.999Z, 2025-03-30T01:00:00Z, 2025-03-30T02:00:00Z",
        "Asia/Kolkata, 2025-01-01T00:29:00Z, 2024-12-31T23:30:00Z, 2025-01-01T00:30:00Z",
        "Asia/Kathmandu, 2025-01-01T00:15:00Z, 2025-01-01T00:15:00Z, 2025-01-01T01:15:00Z",
        "America/St_Johns, 2025-07-01T00:00:00Z, 2025-06-30T23:30:00Z, 2025-07-01T00:30:00Z",
        // The hour that comes twice is two hours.
        "Europe/Berlin, 2025-10-26T00:30:00Z, 2025-10-26T00:00:00Z, 2025-10-26T01:00:00Z",
        "Europe/Berlin, 2025-10-26T01:30:00Z, 2025-10-26T01:00:00Z, 2025-10-26T02:00:00Z",
        // Half an hour comes twice, and is skipped.
        "Australia/Lord_Howe, 2025-04-05T15:10:00Z, 2025-04-05T14:00:00Z, 2025-04-05T15:30:00Z",
        "Australia/Lord_Howe, 2025-10-04T15:29:00Z, 2025-10-04T14:30:00Z, 2025-10-04T15:30:00Z",
        "Australia/Lord_Howe, 2025-10-04T15:31:00Z, 2025-10-04T15:30:00Z, 2025-10-04T16:00:00Z",
        // The year began a quarter of an hour late, and with it an hour.
        "Asia/Kathmandu, 1985-12-31T18:29:00Z, 1985-12-31T17:30:00Z, 1985-12-31T18:30:00Z",
        "Asia/Kathmandu, 1985-12-31T18:31:00Z, 1985-12-31T18:30:00Z, 1985-12-31T19:15:00Z",
        // At one minute past midnight, by an hour: hours go on as they were.
        "America/St_Johns, 2010-11-07T02:31:00Z, 2010-11-07T02:30:00Z, 2010-11-07T03:30:00Z"
    })
    void beginWhenClocksShowAFullHour(String zone, Instant at, Instant start, Instant end) {
        assertThat(new HourWindows(ZoneId.of(zone)).of(at.toEpochMilli()))
                .isEqualTo(new Window(start.toEpochMilli(), end.toEpochMilli()));
    }

    /** Minute by minute around every change of clocks that there was or is going to be. */
    @Test
    void areWhatAWatcherOfTheClocksWouldSay() {
        for (String id : ZoneId.getAvailableZoneIds()) {
            ZoneId zone = ZoneId.of(id);
            HourWindows windows = new HourWindows(zone);
            for (ZoneOffsetTransition change : changes(zone)) {
                Instant from = change.getInstant().minus(4, ChronoUnit.HOURS);
                Instant to = change.getInstant().plus(28, ChronoUnit.HOURS);
                TreeSet<Long> seen = boundaries(zone, from, to);
                long first = seen.first();
                for (long at = first; at < seen.last(); at += 7 * 60_000) {
                    assertThat(windows.of(at))
                            .as("%s, %s", id, Instant.ofEpochMilli(at))
                            .isEqualTo(
                                    new Window(
                                            Objects.requireNonNull(seen.floor(at)),
                                            Objects.requireNonNull(seen.higher(at))));
                }
                for (long grain : new long[] {60_000, 15 * 60_000, 30 * 60_000, HOUR}) {
                    GrainRange range = new GrainRange(first, seen.last(), true, true);
                    assertThat(windows.fit(grain, range))
                            .as("%s, %s, %s ms", id, change, grain)
                            .isEqualTo(seen.stream().allMatch(at -> at % grain == 0));
                }
            }
        }
    }

    /** Those that are alike need not be looked at again and again. */
    private static List<ZoneOffsetTransition> changes(ZoneId zone) {
        List<ZoneOffsetTransition> changes = new ArrayList<>();
        Instant after = Instant.parse("1972-02-01T00:00:00Z");
        Instant end = Instant.parse("2040-01-01T00:00:00Z");
        while (true) {
            ZoneOffsetTransition next = zone.getRules().nextTransition(after);
            if (next == null || next.getInstant().isAfter(end)) {
                return changes;
            }
            boolean odd =
                    next.getDuration().getSeconds() % 3600 != 0
                            || next.getDateTimeBefore().getMinute() != 0;
            if (odd || changes.isEmpty()) {
                changes.add(next);
            }
            after = next.getInstant();
        }
    }

    private static TreeSet<Long> boundaries(ZoneId zone, Instant from, Instant to) {
        TreeSet<Long> boundaries = new TreeSet<>();
        LocalDateTime before = local(zone, from.minus(1, ChronoUnit.MINUTES));
        for (Instant at = from; at.isBefore(to); at = at.plus(1, ChronoUnit.MINUTES)) {
            LocalDateTime now = local(zone, at);
            LocalDateTime skipped = before.plusMinutes(1);
            for (long i = 0; skipped.isBefore(now); i++, skipped = skipped.plusMinutes(1)) {
                if (skipped.getMinute() == 0) {
                    boundaries.add(at.plus(Duration.ofMinutes(i)).toEpochMilli());
                }
            }
            if (now.getMinute() == 0) {
                boundaries.add(at.toEpochMilli());
            }
            before = now;
        }
        return boundaries;
    }

    private static LocalDateTime local(ZoneId zone, Instant at) {
        return LocalDateTime.ofInstant(at, zone);
    }
}
