package io.tallyflow.cli.servers;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A thread that does the same again and again. It ends with the process, or when it is closed,
 * which interrupts it and waits for nothing.
 */
final class BackgroundThread implements AutoCloseable {

    private final ScheduledExecutorService thread;

    private BackgroundThread(ScheduledExecutorService thread) {
        this.thread = thread;
    }

    /**
     * Begins.
     *
     * @param work that never throws
     * @param pace how long to wait before it is done, each time
     */
    static BackgroundThread start(String name, Runnable work, Duration pace) {
        ScheduledExecutorService thread =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            Thread made = new Thread(task, name);
                            made.setDaemon(true);
                            return made;
                        });
        thread.scheduleWithFixedDelay(
                work, pace.toMillis(), pace.toMillis(), TimeUnit.MILLISECONDS);
        return new BackgroundThread(thread);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
