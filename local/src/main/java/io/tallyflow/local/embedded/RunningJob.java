package io.tallyflow.local.embedded;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A job that was submitted. Closing it keeps its checkpoints. */
public interface RunningJob extends AutoCloseable {

    /** Name of the job's directory among the checkpoints. */
    String id();

    /** Address of Flink's web page. */
    String webAddress();

    /**
     * Returns once every task runs and a checkpoint has gone through all of them: from then on
     * events are processed.
     *
     * @throws ServerFailure if the job ends before, or patience does
     */
    void awaitProcessing(Duration patience);

    /**
     * Completes when the job is over: normally if it finished or was cancelled, otherwise with what
     * it failed of.
     */
    CompletableFuture<Void> ended();

    /** Cancels the job if it still runs, and stops its engine. */
    @Override
    void close();
}
