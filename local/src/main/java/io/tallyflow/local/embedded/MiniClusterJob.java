package io.tallyflow.local.embedded;

import io.tallyflow.results.FirstCause;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.clusterframework.ApplicationStatus;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A job on a cluster that lives for it alone. */
final class MiniClusterJob implements RunningJob {

    private static final Logger LOG = LoggerFactory.getLogger(MiniClusterJob.class);

    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 100;

    private final MiniCluster cluster;
    private final JobID job;
    private final String webAddress;
    private final WorkingFiles workingFiles;
    private final CompletableFuture<Void> ended;
    private boolean closed;

    MiniClusterJob(
            MiniCluster cluster,
            JobID job,
            String webAddress,
            JobSettings settings,
            WorkingFiles workingFiles) {
        this.cluster = cluster;
        this.job = job;
        this.webAddress = webAddress;
        this.workingFiles = workingFiles;
        this.ended = cluster.requestJobResult(job).thenAccept(MiniClusterJob::requireNoFailure);
        Path checkpoint = settings.restoreFrom();
        LOG.info(
                "Job {} starts with parallelism {}, {}",
                job,
                settings.parallelism(),
                checkpoint == null ? "without state" : "from checkpoint " + checkpoint);
    }

    private static void requireNoFailure(JobResult result) {
        if (result.getApplicationStatus() == ApplicationStatus.CANCELED) {
            return;
        }
        result.getSerializedThrowable()
                .ifPresent(
                        failure -> {
                            throw new CompletionException(
                                    failure.deserializeError(
                                            MiniClusterJob.class.getClassLoader()));
                        });
    }

    @Override
    public String id() {
        return job.toHexString();
    }

    @Override
    public String webAddress() {
        return webAddress;
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public void awaitProcessing(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        AccessExecutionGraph graph = graph();
        while (!isProcessing(graph)) {
            if (System.nanoTime() - deadline > 0) {
                throw new ServerFailure(
                        "the job does not process events after "
                                + patience.toSeconds()
                                + " s; its last failure: "
                                + lastFailure(graph));
            }
            failIfOver();
            graph = graph();
        }
    }

    private AccessExecutionGraph graph() {
        return cluster.getExecutionGraph(job).join();
    }

    private static boolean isProcessing(AccessExecutionGraph graph) {
        for (AccessExecutionVertex task : graph.getAllExecutionVertices()) {
            if (task.getExecutionState() != ExecutionState.RUNNING) {
                return false;
            }
        }
        CheckpointStatsSnapshot checkpoints = graph.getCheckpointStatsSnapshot();
        return checkpoints != null && checkpoints.getCounts().getNumberOfCompletedCheckpoints() > 0;
    }

    private static String lastFailure(AccessExecutionGraph graph) {
        ErrorInfo failure = graph.getFailureInfo();
        return failure == null ? "none" : failure.getExceptionAsString().lines().findFirst().get();
    }

    /** Waits a moment, or fails with what the job failed of. */
    private void failIfOver() {
        try {
            ended.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            throw new ServerFailure("the job ended before it processed events");
        } catch (TimeoutException stillRunning) {
            // As it should.
        } catch (ExecutionException e) {
            throw new ServerFailure("the job failed: " + FirstCause.of(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerFailure("interrupted while waiting for the job", e);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        LOG.info("Stopping job {}", job);
        cancel();
        cluster.closeAsync().join();
        LOG.info("Job {} and its engine have stopped", job);
        workingFiles.close();
    }

    private void cancel() {
        if (ended.isDone()) {
            return;
        }
        try {
            cluster.cancelJob(job).get(GRACE.toSeconds(), TimeUnit.SECONDS);
            ended.get(GRACE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("The job did not end by itself; the cluster ends it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("Interrupted while the job was ending; the cluster ends it", e);
        }
    }
}
