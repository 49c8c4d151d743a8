package io.tallyflow.cli.demo;

import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.schemas.progress.Count;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;

/**
 * How far a demo is.
 *
 * @param records of the whole run
 * @param sent of these, in Kafka or on their way to it
 * @param perSecond records committed per second, of late
 * @param seen progress in Postgres
 * @param lanesEqual whether the lanes are what they must be at the offsets seen
 * @param totals of the meters, by name; not always as of the same commit as the rest
 */
record DemoSnapshot(
        long seed,
        long records,
        long sent,
        Duration elapsed,
        long perSecond,
        PostgresResults seen,
        boolean lanesEqual,
        Map<String, BigDecimal> totals) {

    /** Records that a reader cannot see yet. */
    long lag() {
        return Math.max(0, sent - seen.counts().of(Count.CONSUMED));
    }
}
