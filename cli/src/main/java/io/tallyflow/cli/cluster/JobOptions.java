package io.tallyflow.cli.cluster;

import io.tallyflow.cli.connect.ClusterOptions;
import io.tallyflow.operations.job.JobStart;
import io.tallyflow.operations.job.StepListener;
import io.tallyflow.results.RequestRefusedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is given to a cluster to run. */
final class JobOptions {

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

    /** How such a job is started on a cluster. */
    JobStart on(ClusterOptions target, StepListener progress) {
        return new JobStart(target.cluster(), jar(), parallelism(), target.patience(), progress);
    }

    /**
     * Null for the cluster's default.
     *
     * @throws RequestRefusedException if it cannot be
     */
    @Nullable Integer parallelism() {
        if (parallelism != null && parallelism < 1) {
            throw new RequestRefusedException(
                    "--parallelism " + parallelism + " is not a number from 1");
        }
        return parallelism;
    }

    /** The job jar. */
    Path jar() {
        if (jar != null) {
            return jar;
        }
        String home = System.getProperty(HOME);
        if (home == null) {
            throw new RequestRefusedException("which jar? Name it with --jar");
        }
        return Path.of(home, "jobs", "target", "tallyflow-job.jar");
    }
}
