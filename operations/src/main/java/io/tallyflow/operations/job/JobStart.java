package io.tallyflow.operations.job;

import io.tallyflow.operations.cluster.Deadline;
import io.tallyflow.operations.cluster.FlinkCluster;
import io.tallyflow.operations.cluster.FlinkCluster.UploadedJar;
import io.tallyflow.operations.cluster.JobJar;
import io.tallyflow.operations.cluster.JobView;
import io.tallyflow.operations.cluster.StartRequest;
import io.tallyflow.results.RequestFailedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Gives a cluster the job to run, and waits until it runs. */
public final class JobStart {

    private final FlinkCluster cluster;
    private final Path jar;
    private final @Nullable Integer parallelism;
    private final Duration patience;
    private final StepListener progress;

    /**
     * Nothing is asked yet.
     *
     * @param jar file of the job jar
     * @param parallelism of every operator, at least 1; null for the cluster's default
     * @param patience how long to wait until the job runs
     */
    public JobStart(
            FlinkCluster cluster,
            Path jar,
            @Nullable Integer parallelism,
            Duration patience,
            StepListener progress) {
        this.cluster = cluster;
        this.jar = jar;
        this.parallelism = parallelism;
        this.patience = patience;
        this.progress = progress;
    }

    /**
     * Starts the job and waits until all its tasks run.
     *
     * @param savepoint path of the state to start from; null for a start without state
     * @return its id
     * @throws RequestFailedException if it does not run
     */
    public String run(JobArguments arguments, @Nullable String savepoint) {
        return start(upload(), arguments, savepoint);
    }

    /** Makes sure that the cluster has the job jar. */
    UploadedJar upload() {
        JobJar job = JobJar.of(jar);
        UploadedJar uploaded = cluster.upload(job);
        progress.done("jar", job.name() + (uploaded.wasThere() ? "  was there" : "  uploaded"));
        return uploaded;
    }

    /** As {@link #run}, of a jar that the cluster has. */
    String start(UploadedJar uploaded, JobArguments arguments, @Nullable String savepoint) {
        long begun = System.nanoTime();
        String id = UUID.randomUUID().toString().replace("-", "");
        cluster.start(uploaded, new StartRequest(id, arguments.texts(), parallelism, savepoint));
        progress.done("job", id);
        awaitRunning(id);
        progress.done("running", "after " + seconds(begun) + " s");
        return id;
    }

    private void awaitRunning(String id) {
        JobView settled =
                Deadline.in(patience)
                        .await(
                                () -> {
                                    JobView job = cluster.job(id);
                                    return job.isRunning() || job.isOver() ? job : null;
                                });
        if (settled == null) {
            throw new RequestFailedException(
                    "job "
                            + id
                            + " does not run after "
                            + patience.toSeconds()
                            + " s: "
                            + Objects.requireNonNullElse(
                                    cluster.failure(id),
                                    "perhaps the cluster has too few free slots"));
        } else if (settled.isOver()) {
            throw new RequestFailedException(ended(cluster, settled));
        }
    }

    /** That a job has ended, and why, as far as its cluster tells. */
    static String ended(FlinkCluster cluster, JobView job) {
        return "job "
                + job.id()
                + " is "
                + job.state()
                + ": "
                + Objects.requireNonNullElse(cluster.failure(job.id()), "see its page");
    }

    private static String seconds(long begun) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        return millis / 1_000 + "." + millis % 1_000 / 100;
    }
}
