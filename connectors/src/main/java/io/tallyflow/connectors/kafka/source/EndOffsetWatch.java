package io.tallyflow.connectors.kafka.source;

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
 * reader up with the answer. A reader without partitions is told the time.
 */
final class EndOffsetWatch implements AutoCloseable {

    private static final long CLOSE_SECONDS = 10;

    private final PartitionEnds ends;
    private final LongSupplier clock;
    private final ScheduledExecutorService thread;
    private final Map<Integer, Long> nextOffsets = new ConcurrentHashMap<>();

    /** Replaced by the reader only, completed by the asking thread only; never exceptionally. */
    private volatile CompletableFuture<Outcome> next = new CompletableFuture<>();

    /**
     * What the broker said.
     *
     * @param ends as {@link PartitionEnds#ask}
     * @param askedAtMillis the clock just before asking
     */
    record Answer(Map<Integer, PartitionEnds.End> ends, long askedAtMillis) {}

    /** An answer, or why there is none. */
    private record Outcome(@Nullable Answer answer, @Nullable Throwable failure) {}

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

    /**
     * The next answer, once; null if it is not there yet.
     *
     * @throws IllegalStateException if asking failed for no reason that lies with the broker; it
     *     goes on afterwards
     */
    @Nullable Answer take() {
        CompletableFuture<Outcome> current = next;
        if (!current.isDone()) {
            return null;
        }
        next = new CompletableFuture<>();
        Outcome outcome = current.join();
        if (outcome.failure() != null) {
            throw new IllegalStateException(
                    "asking where partitions end failed", outcome.failure());
        }
        return outcome.answer();
    }

    /**
     * Completes when there is something to take. Never exceptionally: Flink ends the whole worker
     * for that, and {@link #take} throws in the reader's own thread.
     */
    CompletableFuture<?> news() {
        return next;
    }

    private void ask() {
        try {
            long askedAt = clock.getAsLong();
            Map<Integer, Long> asked = Map.copyOf(nextOffsets);
            Map<Integer, PartitionEnds.End> told = asked.isEmpty() ? Map.of() : ends.ask(asked);
            if (asked.isEmpty() || !told.isEmpty()) {
                next.complete(new Outcome(new Answer(told, askedAt), null));
            }
        } catch (Throwable e) {
            // Whatever it is: what is thrown here ends the questions, and nobody would know.
            next.complete(new Outcome(null, e));
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
