package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.LakeMetrics;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batches that are being put in, one after the other, on a thread of their own: neither a slow
 * catalog nor a ledger that has not made a commit yet holds a barrier. Used by the task's thread.
 */
final class LakeCommits implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LakeCommits.class);
    private static final long CLOSE_PATIENCE_SECONDS = 30;

    private final PatientCommits commits;
    private final LakeMetrics.Committing metrics;
    private final ExecutorService thread;
    private final List<Running> running = new ArrayList<>();

    private record Running(LakeBatch batch, CompletableFuture<Void> outcome) {}

    LakeCommits(PatientCommits commits, LakeMetrics.Committing metrics) {
        this.commits = commits;
        this.metrics = metrics;
        this.thread =
                Executors.newSingleThreadExecutor(
                        task -> {
                            Thread daemon = new Thread(task, "lake-commits");
                            daemon.setDaemon(true);
                            return daemon;
                        });
    }

    void start(LakeBatch batch) {
        running.add(new Running(batch, CompletableFuture.runAsync(() -> commit(batch), thread)));
    }

    private void commit(LakeBatch batch) {
        long start = System.nanoTime();
        try {
            commits.applyWhenever(batch);
            metrics.committed(start);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while committing to the lake", e);
        }
    }

    /** Those that may not be in the tables yet, oldest first. */
    List<LakeBatch> unconfirmed() {
        return running.stream().map(Running::batch).toList();
    }

    /** Forgets what is confirmed; fails with what has failed. */
    void collectOutcomes() throws IOException, InterruptedException {
        while (!running.isEmpty() && running.get(0).outcome().isDone()) {
            try {
                running.get(0).outcome().get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof SinkRefusedException refusal) {
                    throw refusal;
                }
                throw new IOException(
                        "batch " + running.get(0).batch().name() + " did not get into the lake",
                        e.getCause());
            }
            running.remove(0);
        }
    }

    /** Returns when nothing is being put in; fails with what has failed. */
    void await() throws IOException, InterruptedException {
        while (!running.isEmpty()) {
            try {
                running.get(0).outcome().exceptionally(failure -> null).get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
            collectOutcomes();
        }
    }

    @Override
    public void close() throws InterruptedException {
        commits.giveUp();
        thread.shutdownNow();
        if (!thread.awaitTermination(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            // It holds the lake's lock until it ends, and goes no further than the table it is at.
            LOG.warn("A commit to the lake does not let itself be interrupted; it goes on alone");
        }
    }
}
