package io.tallyflow.connectors.postgres;

import java.time.Instant;

/** Instants as text that Postgres reads without loss, whatever the session's time zone. */
final class PostgresTime {

    private static final long MICROS_PER_SECOND = 1_000_000L;

    private PostgresTime() {}

    static String ofMillis(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    static String ofMicros(long micros) {
        long seconds = Math.floorDiv(micros, MICROS_PER_SECOND);
        long rest = Math.floorMod(micros, MICROS_PER_SECOND);
        return Instant.ofEpochSecond(seconds, rest * 1_000L).toString();
    }
}
