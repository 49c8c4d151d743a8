package io.tallyflow.cli;

import io.tallyflow.cli.cluster.Deadline;
import io.tallyflow.cli.cluster.FlinkCluster;
import io.tallyflow.cli.cluster.FlinkCluster.UploadedJar;
import io.tallyflow.cli.cluster.JobJar;
import io.tallyflow.cli.cluster.JobView;
import io.tallyflow.cli.cluster.StartRequest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is given to a cluster to run, and the way of it until it runs. */
final class Submission {

    /** System property with the directory of this project; the launcher sets it. */
    static final String HOME = "tallyflow.home";

    @Option(
            names = "--jar",
            paramLabel = "FILE",
            description = "The job jar; without it the one that was built here.")
    private @Nullable Path jar;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            description = "Of every operator; without it the cluster's parallelism.default.")
    private @Nullable Integer parallelism;

    /**
     * Starts the job and waits until all its tasks run.
     *
     * @param options of the job itself
     * @param savepoint null for a start without state
     */
    void run(
            ClusterOptions target,
            List<String> options,
            @Nullable String savepoint,
            PrintWriter out) {
        Duration patience = target.patience();
        FlinkCluster cluster = target.cluster();
        requireParallelism();
        JobArguments arguments = JobArguments.checked(options, System.getenv());
        start(cluster, upload(cluster, out), arguments, savepoint, patience, out);
    }

    /**
     * Complains of what cannot be.
     *
     * @throws UsageProblem if so
     */
    void requireParallelism() {
        if (parallelism != null && parallelism < 1) {
            throw new UsageProblem("--parallelism " + parallelism + " is not a number from 1");
        }
    }

    /** Makes sure that the cluster has the job jar. */
    UploadedJar upload(FlinkCluster cluster, PrintWriter out) {
        JobJar job = JobJar.of(jar());
        UploadedJar uploaded = cluster.upload(job);
        Console.say(out, "jar", job.name() + (uploaded.wasThere() ? "  was there" : "  uploaded"));
        return uploaded;
    }

    /**
     * Starts the job and waits until all its tasks run.
     *
     * @return its id
     */
    String start(
            FlinkCluster cluster,
            UploadedJar jar,
            JobArguments arguments,
            @Nullable String savepoint,
            Duration patience,
            PrintWriter out) {
        long begun = System.nanoTime();
        String id = UUID.randomUUID().toString().replace("-", "");
        cluster.start(jar, new StartRequest(id, arguments.texts(), parallelism, savepoint));
        Console.say(out, "job", id);
        awaitRunning(cluster, id, patience);
        Console.say(out, "running", "after " + seconds(begun) + " s");
        return id;
    }

    private Path jar() {
        if (jar != null) {
            return jar;
        }
        String home = System.getProperty(HOME);
        if (home == null) {
            throw new UsageProblem("which jar? Name it with --jar");
        }
        return Path.of(home, "jobs", "target", "tallyflow-job.jar");
    }

    private static void awaitRunning(FlinkCluster cluster, String id, Duration patience) {
        JobView settled =
                Deadline.in(patience)
                        .await(
                                () -> {
                                    JobView job = cluster.job(id);
                                    return job.isRunning() || job.isOver() ? job : null;
                                });
        if (settled == null) {
            throw new CommandFailure(
                    "job "
                            + id
                            + " does not run after "
                            + patience.toSeconds()
                            + " s: "
                            + Objects.requireNonNullElse(
                                    cluster.failure(id),
                                    "perhaps the cluster has too few free slots"));
        } else if (settled.isOver()) {
            throw new CommandFailure(
                    "job "
                            + id
                            + " is "
                            + settled.state()
                            + ": "
                            + Objects.requireNonNullElse(cluster.failure(id), "see its page"));
        }
    }

    private static String seconds(long begun) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        return millis / 1_000 + "." + millis % 1_000 / 100;
    }
}
