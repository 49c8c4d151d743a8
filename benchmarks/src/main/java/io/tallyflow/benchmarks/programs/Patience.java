package io.tallyflow.benchmarks.programs;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for things that a running program is to reach. */
public final class Patience {

    private static final long LOOK_MILLIS = 10;

    private final long deadline;
    private final CompletableFuture<?> over;

    /**
     * Begins now.
     *
     * @param over completes if the program ends by itself
     */
    public Patience(Duration patience, CompletableFuture<?> over) {
        this.deadline = System.nanoTime() + patience.toNanos();
        this.over = over;
    }

    /**
     * Returns when it is so.
     *
     * @throws TimeoutException if patience is at its end
     * @throws IllegalStateException if the program ends before
     */
    public void await(Callable<Boolean> isSo) throws Exception {
        while (!isSo.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException("not done in time: see --patience");
            }
            failIfOver();
        }
    }

    private void failIfOver() throws Exception {
        try {
            over.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            throw new IllegalStateException("the program ended before its last result");
        } catch (TimeoutException stillRuns) {
            // As it should.
        }
    }
}
