package io.tallyflow.cli.connect;

import io.tallyflow.operations.cluster.ClusterTls;
import io.tallyflow.results.RequestRefusedException;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a cluster is reached by TLS. */
public final class ClusterTlsOption {

    @Option(
            names = "--cluster-tls",
            paramLabel = "FILE",
            description =
                    "For https: properties with Flink's security.ssl.rest.truststore, .keystore and"
                            + " their passwords.")
    private @Nullable Path file;

    /**
     * Null for what Java trusts, and no certificate of this client.
     *
     * @throws RequestRefusedException if the file cannot be used
     */
    @Nullable SSLContext context() {
        try {
            return file == null ? null : ClusterTls.read(file);
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException("--cluster-tls: " + e.getMessage());
        }
    }
}
