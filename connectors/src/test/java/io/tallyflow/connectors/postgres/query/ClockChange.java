package io.tallyflow.connectors.postgres.query;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** A zone and the instant of a change of its clocks. */
public record ClockChange(String zone, Instant at) {

    /** Of every kind that there is. */
    public static final List<ClockChange> ALL =
            List.of(
                    of("UTC", "2025-01-01T00:00:00Z"),
                    of("Europe/Berlin", "2025-03-30T01:00:00Z"),
                    of("Europe/Berlin", "2025-10-26T01:00:00Z"),
                    of("CET", "2025-03-30T01:00:00Z"),
                    of("America/New_York", "2025-03-09T07:00:00Z"),
                    of("America/New_York", "2025-11-02T06:00:00Z"),
                    of("America/St_Johns", "2025-03-09T05:30:00Z"),
                    of("America/St_Johns", "2025-11-02T04:30:00Z"),
                    // At one minute past midnight, back into the day before.
                    of("America/St_Johns", "2010-11-07T02:31:00Z"),
                    of("Asia/Kathmandu", "2024-12-31T18:15:00Z"),
                    of("Asia/Kolkata", "2024-12-31T18:30:00Z"),
                    // The day began a quarter of an hour late.
                    of("Asia/Kathmandu", "1985-12-31T18:30:00Z"),
                    // By half an hour.
                    of("Australia/Lord_Howe", "2025-04-05T15:00:00Z"),
                    of("Australia/Lord_Howe", "2025-10-04T15:30:00Z"),
                    // Midnight does not exist, midnight comes twice, a day does not exist.
                    of("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
                    of("America/Havana", "2024-11-03T05:00:00Z"),
                    of("Pacific/Apia", "2011-12-30T10:00:00Z"),
                    // Half an hour off until May 2016.
                    of("America/Caracas", "2016-05-01T07:00:00Z"));

    private static ClockChange of(String zone, String at) {
        return new ClockChange(zone, Instant.parse(at));
    }

    /** Near it, to the microsecond; often exactly on a boundary. */
    public Instant near(Random random, Duration reach) {
        long seconds = random.nextLong(-reach.toSeconds(), reach.toSeconds() + 1);
        return switch (random.nextInt(3)) {
            case 0 -> at.plusSeconds(seconds / 3600 * 3600);
            case 1 -> at.plusSeconds(seconds / 60 * 60);
            default -> at.plusSeconds(seconds).plusNanos(random.nextInt(1000) * 1000L);
        };
    }
}
