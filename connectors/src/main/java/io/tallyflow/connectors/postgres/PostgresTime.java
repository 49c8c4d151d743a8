package io.tallyflow.connectors.postgres;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Instants as the driver takes them, whatever the session's time zone. */
final class PostgresTime {

    private PostgresTime() {}

    /** Of milliseconds since the epoch, UTC. */
    static OffsetDateTime ofMillis(long millis) {
        return Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC);
    }
}
