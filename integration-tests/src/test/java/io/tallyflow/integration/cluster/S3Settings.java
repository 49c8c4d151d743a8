package io.tallyflow.integration.cluster;

import io.tallyflow.connectors.store.S3Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a cluster, a job and commands need to keep everything in an S3 store; keys apart. */
final class S3Settings {

    private static final String KEY = "s3.access-key-id";
    private static final String SECRET = "s3.secret-access-key";

    private final S3Server store;
    private final Path directory;

    S3Settings(S3Server store, Path directory) {
        this.store = store;
        this.directory = directory;
    }

    /** Directory of Flink's settings. */
    Path conf() throws IOException {
        return conf(store.endpoint());
    }

    private Path conf(String endpoint) throws IOException {
        Path conf = directory.resolve("conf-" + URI.create(endpoint).getPort());
        if (Files.exists(conf)) {
            return conf;
        }
        Files.createDirectories(conf);
        Path own = StandaloneCluster.HOME.resolve("flink-conf");
        for (String name : List.of("log4j.properties", "log4j-console.properties")) {
            Files.copy(own.resolve(name), conf.resolve(name));
        }
        Files.writeString(
                conf.resolve("config.yaml"),
                Files.readString(own.resolve("config.yaml"))
                        + """

                        execution.checkpointing.dir: s3://%1$s/checkpoints
                        execution.checkpointing.savepoint-dir: s3://%1$s/savepoints
                        high-availability.storageDir: s3://%1$s/ha
                        s3.endpoint: %2$s
                        s3.endpoint.region: us-east-1
                        s3.path.style.access: true
                        """
                                .formatted(S3Server.BUCKET, endpoint));
        return conf;
    }

    /** A lake there. */
    LakePlace lake(String warehouse) throws IOException {
        Map<String, String> all = new HashMap<>(store.lakeProperties());
        all.remove(KEY);
        all.remove(SECRET);
        Path file =
                Files.writeString(
                        directory.resolve("lake.properties"),
                        all.entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                                .collect(Collectors.joining()));
        return new LakePlace(
                warehouse, List.of("--lake.properties", file.toString()), store.lakeProperties());
    }

    /** Of processes that talk to the store by Iceberg's client alone. */
    Map<String, String> keys() {
        return Map.of(
                "AWS_ACCESS_KEY_ID", store.keyId(),
                "AWS_SECRET_ACCESS_KEY", store.secret(),
                "AWS_REQUEST_CHECKSUM_CALCULATION", S3Server.WHEN_REQUIRED);
    }

    /**
     * Of processes that use Flink's client, too.
     *
     * @param endpoint where that one looks for the store
     */
    Map<String, String> environment(String endpoint) throws IOException {
        Path flink = StandaloneCluster.HOME.resolve("deploy/standalone/target/flink");
        Map<String, String> all = new HashMap<>(keys());
        all.put("FLINK_PLUGINS_DIR", flink.resolve("plugins").toString());
        all.put("FLINK_CONF_DIR", conf(endpoint).toString());
        return all;
    }
}
