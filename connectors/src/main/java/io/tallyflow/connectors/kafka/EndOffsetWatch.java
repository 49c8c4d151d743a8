package io.tallyflow.connectors.kafka;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks at a steady pace, on a thread of its own, where the reader's partitions end, and wakes the
 * reader up with the answer.
 */
final class EndOffsetWatch implements AutoCloseable {

    private static final long CLOSE_SECONDS = 10;

    private final PartitionEnds ends;
    private final LongSupplier clock;
    private final ScheduledExecutorService thread;
    private final Map<Integer, Long> nextOffsets = new ConcurrentHashMap<>();

    /** Replaced by the reader only, completed by the asking thread only. */
    private volatile CompletableFuture<Answer> next = new CompletableFuture<>();

    /**
     * What the broker said.
     *
     * @param emptyFrom as {@link PartitionEnds#emptyFrom}
     * @param askedAtMillis the clock just before asking
     */
    record Answer(Map<Integer, Long> emptyFrom, long askedAtMillis) {}

    EndOffsetWatch(PartitionEnds ends, LongSupplier clock) {
        this.ends = ends;
        this.clock = clock;
        this.thread =
                Executors.newSingleThreadScheduledExecutor(
                        runnable -> {
                            Thread created = new Thread(runnable, "end offsets of usage events");
                            created.setDaemon(true);
                            return created;
                        });
    }

    void start(long paceMillis) {
        thread.scheduleWithFixedDelay(this::ask, paceMillis, paceMillis, TimeUnit.MILLISECONDS);
    }

    /** Tells the watch how far a partition is read. */
    void moved(int partition, long nextOffset) {
        nextOffsets.put(partition, nextOffset);
    }

    /** The next answer, once; null if it is not there yet. */
    @Nullable Answer take() {
        CompletableFuture<Answer> current = next;
        if (!current.isDone()) {
            return null;
        }
        next = new CompletableFuture<>();
        return current.join();
    }

    /** Completes when there is an answer to take. */
    CompletableFuture<Answer> news() {
        return next;
    }

    private void ask() {
        try {
            long askedAt = clock.getAsLong();
            Map<Integer, Long> emptyFrom = ends.emptyFrom(Map.copyOf(nextOffsets));
            if (!emptyFrom.isEmpty()) {
                next.complete(new Answer(emptyFrom, askedAt));
            }
        } catch (RuntimeException e) {
            next.completeExceptionally(e); // thrown by take(), in the reader's thread
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            // What answers may only be closed once nobody asks any more.
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("asking for end offsets did not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ends.close();
    }
}
