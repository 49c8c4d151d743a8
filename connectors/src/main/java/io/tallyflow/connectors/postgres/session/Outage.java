package io.tallyflow.connectors.postgres.session;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stretch of time in which Postgres does not do what it is asked to. It is said once when it
 * begins and once when it is over, however often was tried between. Written by the task's thread,
 * read by whoever asks for metrics.
 */
public final class Outage {

    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

    private final Counter retries;
    private final LongSupplier nanoTime;
    private volatile boolean lasting;
    private volatile long sinceNanos;
    private int attempts;

    public Outage(Counter retries, LongSupplier nanoTime) {
        this.retries = retries;
        this.nanoTime = nanoTime;
    }

    /** An attempt failed, and another one will be made until patience ends. */
    void failed(SQLException e, Duration patience) {
        retries.inc();
        attempts++;
        if (!lasting) {
            sinceNanos = nanoTime.getAsLong();
            lasting = true;
            LOG.warn(
                    "Postgres does not do its part (SQLSTATE {}), trying again for up to {} s: {}",
                    e.getSQLState(),
                    patience.toSeconds(),
                    e.getMessage());
        }
    }

    /** An attempt went well. */
    void over() {
        if (lasting) {
            LOG.info("Postgres is back after {} ms; {} attempts had failed", millis(), attempts);
            lasting = false;
            attempts = 0;
        }
    }

    /** How long it lasts by now; 0 while all is well. */
    public long millis() {
        return lasting ? TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - sinceNanos) : 0;
    }
}
