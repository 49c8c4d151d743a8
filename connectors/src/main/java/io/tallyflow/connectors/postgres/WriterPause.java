package io.tallyflow.connectors.postgres;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pause of a writer that holds more than Postgres takes: five seconds per part of at most some
 * MiB, so that an outage of ten minutes costs a hundred MiB at most, and a barrier still comes
 * through.
 */
final class WriterPause implements UsageWriter.Pause {

    private static final Logger LOG = LoggerFactory.getLogger(WriterPause.class);
    private static final Duration LENGTH = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofMinutes(1);

    private long saidNanos = System.nanoTime() - QUIET.toNanos();

    @Override
    public void take(long heldBytes) throws InterruptedException {
        if (System.nanoTime() - saidNanos >= QUIET.toNanos()) {
            saidNanos = System.nanoTime();
            LOG.warn(
                    "{} MiB of results wait for the next checkpoint; reading is slowed down until"
                            + " Postgres takes them",
                    heldBytes >> 20);
        }
        TimeUnit.NANOSECONDS.sleep(LENGTH.toNanos());
    }
}
