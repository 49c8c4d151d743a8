package io.tallyflow.operations.counting;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads that do the same side by side. Closing ends them, and waits until they have ended. */
public final class Workers implements AutoCloseable {

    private static final long LAST_PAUSE_SECONDS = 30;

    private final ExecutorService threads;
    private final int many;

    /**
     * @param many how many
     */
    public Workers(int many) {
        this.threads = Executors.newFixedThreadPool(many);
        this.many = many;
    }

    /** How many there are. */
    public int many() {
        return many;
    }

    /**
     * Does tasks; if one fails, the others are ended.
     *
     * @return what they came to, in their order
     * @throws Exception what the first of them failed with
     */
    public <T> List<T> all(List<Callable<T>> tasks) throws Exception {
        List<Future<T>> futures = new ArrayList<>();
        tasks.forEach(task -> futures.add(threads.submit(task)));
        List<T> results = new ArrayList<>();
        try {
            for (Future<T> future : futures) {
                results.add(future.get());
            }
        } catch (ExecutionException e) {
            futures.forEach(future -> future.cancel(true));
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
        return results;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(LAST_PAUSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
