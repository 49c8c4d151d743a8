package io.tallyflow.operations.job;

import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.operations.cluster.FlinkCluster;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestInput;
import io.tallyflow.results.RequestText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The metering jobs of a cluster that have not ended. */
final class RunningJobs {

    private RunningJobs() {}

    /** Whether there is one. */
    static boolean any(FlinkCluster cluster) {
        return !cluster.unfinished(MeteringJob.NAME).isEmpty();
    }

    /**
     * The one that is meant.
     *
     * @param named its id; null if there should be one only
     * @throws RequestFailedException if there is none or several
     */
    static String only(FlinkCluster cluster, @Nullable String named) {
        if (named != null) {
            return named;
        }
        List<String> jobs = cluster.unfinished(MeteringJob.NAME);
        if (jobs.isEmpty()) {
            throw new RequestFailedException(
                    "no job named \"" + MeteringJob.NAME + "\" runs there");
        } else if (jobs.size() > 1) {
            throw new RequestFailedException(
                    RequestText.of(
                            "several jobs run there: say which with ",
                            RequestInput.JOB,
                            ": ",
                            jobs));
        }
        return jobs.get(0);
    }
}
