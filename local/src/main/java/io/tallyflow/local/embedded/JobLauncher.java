package io.tallyflow.local.embedded;

/** Starts the metering job on an engine of its own. */
public interface JobLauncher {

    /**
     * Submits the job and returns without waiting for it to run.
     *
     * @throws ServerFailure if it cannot be submitted
     */
    RunningJob start(JobSettings settings);
}
