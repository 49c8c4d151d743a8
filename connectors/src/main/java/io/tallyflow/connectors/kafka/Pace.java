package io.tallyflow.connectors.kafka;

import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.errors.InterruptException;

/** Lets so many things through per second, in steps of a few milliseconds. For one thread. */
public final class Pace {

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long STEP_NANOS = 5_000_000;

    /** Whoever falls further behind than this does not catch up. */
    private static final long FORGIVEN_NANOS = NANOS_PER_SECOND;

    private final long perSecond;
    private long start;
    private long passed;

    /**
     * @param perSecond 0 for as many as come
     */
    public Pace(long perSecond) {
        this.perSecond = perSecond;
    }

    /**
     * Returns when the next one may pass.
     *
     * @throws InterruptException if the thread is interrupted
     */
    public void await() {
        if (perSecond == 0) {
            return;
        }
        long ahead = dueNanos() - System.nanoTime();
        if (passed == 0 || ahead < -FORGIVEN_NANOS) {
            start = System.nanoTime();
            passed = 0;
        }
        while (dueNanos() - System.nanoTime() > 0) {
            LockSupport.parkNanos(STEP_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptException("interrupted while keeping the pace");
            }
        }
        passed++;
    }

    private long dueNanos() {
        // Exact for every rate; the seconds apart, so that nothing overflows.
        long seconds = passed / perSecond;
        long rest = passed % perSecond;
        return start + seconds * NANOS_PER_SECOND + rest * NANOS_PER_SECOND / perSecond;
    }
}
