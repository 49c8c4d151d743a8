package io.tallyflow.cli.savepoint;

import io.tallyflow.cli.connect.ClusterOptions;
import io.tallyflow.cli.connect.ClusterTlsOption;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.operations.cluster.FlinkCluster;
import io.tallyflow.operations.job.SavepointRequest;
import io.tallyflow.operations.job.SavepointTaker;
import io.tallyflow.operations.job.StepListener;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.savepoint.SavepointFormat;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Of which job a command takes a savepoint, and how. */
public final class SavepointOptions {

    @Option(
            names = "--cluster",
            paramLabel = "URL",
            description =
                    "REST interface of the Flink cluster, such as http://127.0.0.1:8081; without it"
                            + " the one of the running tallyflow up.")
    private @Nullable String url;

    @Mixin private final ClusterTlsOption tls = new ClusterTlsOption();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "How long to wait for the outcome.")
    private int timeout;

    @Option(
            names = "--job",
            paramLabel = "ID",
            description = "The job; needed only where several run.")
    private @Nullable String job;

    @Option(
            names = "--directory",
            paramLabel = "URI",
            description = "Where to put it; without it the cluster's savepoint directory.")
    private @Nullable String directory;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "CANONICAL",
            description = "canonical or native.")
    private SavepointFormat format = SavepointFormat.CANONICAL;

    /**
     * The cluster that is named, or that of the running servers.
     *
     * @throws RequestRefusedException if neither is known
     */
    private FlinkCluster cluster(Connections running) {
        String known = url == null ? running.web() : url;
        if (known == null) {
            throw new RequestRefusedException(
                    "on which cluster does the job run? Name it with --cluster URL");
        }
        return ClusterOptions.cluster(known, tls);
    }

    Duration patience() {
        return ClusterOptions.patience(timeout);
    }

    /** Takes savepoints of a pipeline that the running servers hold. */
    public SavepointTaker taker(Connections running, String pipeline, StepListener progress) {
        return new SavepointTaker(
                cluster(running), running.postgres(), pipeline, System.getenv(), progress);
    }

    /** What is asked for. */
    public SavepointRequest request(boolean stop) {
        return new SavepointRequest(
                job, directory, format, stop, System.getProperty("user.name"), patience());
    }
}
