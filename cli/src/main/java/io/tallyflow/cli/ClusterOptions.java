package io.tallyflow.cli;

import io.tallyflow.cli.cluster.FlinkCluster;
import io.tallyflow.jobs.metering.MeteringJob;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which cluster a command talks to, and how long. */
final class ClusterOptions {

    @Option(
            names = "--cluster",
            paramLabel = "URL",
            required = true,
            description = "REST interface of the Flink cluster, such as http://127.0.0.1:8081.")
    private @Nullable String url;

    @Mixin private final ClusterTlsOption tls = new ClusterTlsOption();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "How long to wait for the outcome.")
    private int timeout;

    FlinkCluster cluster() {
        return cluster(Objects.requireNonNull(url, "required"), tls);
    }

    Duration patience() {
        return patience(timeout);
    }

    static FlinkCluster cluster(String url, ClusterTlsOption tls) {
        SSLContext context = tls.context();
        try {
            return FlinkCluster.at(url, context);
        } catch (IllegalArgumentException e) {
            throw new UsageProblem("--cluster " + url + " is not of the form http://HOST:PORT");
        }
    }

    static Duration patience(int seconds) {
        if (seconds < 1) {
            throw new UsageProblem("--timeout " + seconds + " is not a number of seconds");
        }
        return Duration.ofSeconds(seconds);
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
