package io.tallyflow.connectors.postgres;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pause of a writer that holds more than Postgres takes: limited, so that a barrier still comes
 * through.
 */
final class WriterPause implements UsageWriter.Pause {

    private static final Logger LOG = LoggerFactory.getLogger(WriterPause.class);
    private static final Duration QUIET = Duration.ofMinutes(1);

    private final Duration length;
    private long saidNanos = System.nanoTime() - QUIET.toNanos();

    WriterPause(Duration length) {
        this.length = length;
    }

    @Override
    public void take(long heldBytes) throws InterruptedException {
        if (System.nanoTime() - saidNanos >= QUIET.toNanos()) {
            saidNanos = System.nanoTime();
            LOG.warn(
                    "{} MiB of results wait for the next checkpoint; reading is slowed down until"
                            + " Postgres takes them",
                    heldBytes >> 20);
        }
        TimeUnit.NANOSECONDS.sleep(length.toNanos());
    }
}
