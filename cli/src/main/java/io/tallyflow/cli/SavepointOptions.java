package io.tallyflow.cli;

import io.tallyflow.cli.cluster.FlinkCluster;
import io.tallyflow.cli.cluster.SavepointFormat;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Of which job a command takes a savepoint, and how. */
final class SavepointOptions {

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
     * @throws UsageProblem if neither is known
     */
    FlinkCluster cluster(Connections running) {
        String known = url == null ? running.web() : url;
        if (known == null) {
            throw new UsageProblem("on which cluster does the job run? Name it with --cluster URL");
        }
        return ClusterOptions.cluster(known, tls);
    }

    Duration patience() {
        return ClusterOptions.patience(timeout);
    }

    @Nullable String job() {
        return job;
    }

    @Nullable String directory() {
        return directory;
    }

    SavepointFormat format() {
        return format;
    }
}
