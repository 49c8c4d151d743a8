package io.tallyflow.cli.connect;

import io.tallyflow.operations.cluster.FlinkCluster;
import io.tallyflow.results.RequestRefusedException;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which cluster a command talks to, and how long. */
public final class ClusterOptions {

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

    public FlinkCluster cluster() {
        return cluster(Objects.requireNonNull(url, "required"), tls);
    }

    public Duration patience() {
        return patience(timeout);
    }

    public static FlinkCluster cluster(String url, ClusterTlsOption tls) {
        SSLContext context = tls.context();
        try {
            return FlinkCluster.at(url, context);
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException(
                    "--cluster " + url + " is not of the form http://HOST:PORT");
        }
    }

    public static Duration patience(int seconds) {
        if (seconds < 1) {
            throw new RequestRefusedException(
                    "--timeout " + seconds + " is not a number of seconds");
        }
        return Duration.ofSeconds(seconds);
    }
}
