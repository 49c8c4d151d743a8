package io.tallyflow.cli;

import io.tallyflow.cli.cluster.ClusterTls;
import io.tallyflow.cli.cluster.FlinkCluster;
import io.tallyflow.jobs.metering.MeteringJob;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command talks to, and how long. */
final class ClusterOptions {

    @Option(
            names = "--cluster",
            paramLabel = "URL",
            required = true,
            description = "REST interface of the Flink cluster, such as http://127.0.0.1:8081.")
    private @Nullable String url;

    @Option(
            names = "--cluster-tls",
            paramLabel = "FILE",
            description =
                    "For https: properties with Flink's security.ssl.rest.truststore, .keystore and"
                            + " their passwords.")
    private @Nullable Path tls;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "How long to wait for the outcome.")
    private int timeout;

    FlinkCluster cluster() {
        SSLContext context = context();
        try {
            return FlinkCluster.at(Objects.requireNonNull(url, "required"), context);
        } catch (IllegalArgumentException e) {
            throw new UsageProblem("--cluster " + url + " is not of the form http://HOST:PORT");
        }
    }

    private @Nullable SSLContext context() {
        try {
            return tls == null ? null : ClusterTls.read(tls);
        } catch (IllegalArgumentException e) {
            throw new UsageProblem("--cluster-tls: " + e.getMessage());
        }
    }

    Duration patience() {
        if (timeout < 1) {
            throw new UsageProblem("--timeout " + timeout + " is not a number of seconds");
        }
        return Duration.ofSeconds(timeout);
    }

    /** The metering job that runs there. */
    static String onlyJob(FlinkCluster cluster, @Nullable String named) {
        if (named != null) {
            return named;
        }
        List<String> jobs = cluster.unfinished(MeteringJob.NAME);
        if (jobs.isEmpty()) {
            throw new CommandFailure("no job named \"" + MeteringJob.NAME + "\" runs there");
        } else if (jobs.size() > 1) {
            throw new CommandFailure("several jobs run there: say which with --job: " + jobs);
        }
        return jobs.get(0);
    }
}
