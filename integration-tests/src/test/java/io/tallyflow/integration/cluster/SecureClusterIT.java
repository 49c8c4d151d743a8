package io.tallyflow.integration.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.tls.TlsIdentity;
import io.tallyflow.integration.protocol.UsageLog;
import io.tallyflow.integration.protocol.Witness;
import io.tallyflow.integration.run.Finished;
import io.tallyflow.integration.run.FlinkPages;
import io.tallyflow.integration.secure.SecureEnds;
import io.tallyflow.integration.spine.UsageLogSender;
import io.tallyflow.local.embedded.Ports;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.operations.cluster.Deadline;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job on a cluster of separate processes that talk by mutual TLS, to each other and to whoever
 * gives them commands; between a Kafka and a Postgres with TLS and logins. Every secret begins with
 * the same word, which is looked for wherever it must not be.
 */
final class SecureClusterIT {

    private static final String CANARY = "canary-";
    private static final Path SCRIPT = StandaloneCluster.HOME.resolve("deploy/standalone/cluster");

    @TempDir Path directory;
    @TempDir Path servers;

    @Test
    @Timeout(600)
    void countsEveryEventOnceAndShowsNoSecret() throws Exception {
        UsageLog log = new UsageLog(17, Topics.EVENT_PARTITIONS, 2_000);
        Path meters = Files.writeString(directory.resolve("meters.yaml"), UsageLog.METERS);
        Path data = directory.resolve("cluster");
        List<Integer> ports = Ports.free(2);
        try (SecureEnds ends = new SecureEnds(servers)) {
            Path tls = settings(ends);
            Map<String, String> environment = new HashMap<>(ends.environment());
            try {
                List<String> start = new ArrayList<>(script("start", data));
                start.addAll(List.of("--conf-dir", servers.resolve("conf").toString()));
                start.addAll(List.of("--rest-port", ports.get(0).toString()));
                start.addAll(List.of("--rpc-port", ports.get(1).toString()));
                String url = Finished.of(start, environment).orFail().lines().toList().get(0);
                assertThat(url).isEqualTo("https://127.0.0.1:" + ports.get(0));
                ends.prepare();
                Finished submitted =
                        Finished.tallyflow(submit(url, tls, ends, meters), environment);
                assertThat(submitted.orFail()).contains("running ").doesNotContain(CANARY);
                Witness witness = new Witness(ends::connect, log);
                UsageLogSender.sendAll(ends.kafkaClient(), log);
                awaitAll(witness, log);
                witness.demandComplete();
                demandNobodyElseIsAnswered(url, ends);
                HttpClient client =
                        HttpClient.newBuilder().sslContext(ends.clientContext()).build();
                assertThat(new FlinkPages(client, url).all())
                        .allSatisfy((page, text) -> assertThat(text).doesNotContain(CANARY));
                demandNoSecretInArguments(data);
                List<String> savepoint =
                        List.of(
                                "savepoint",
                                "--stop",
                                "--cluster",
                                url,
                                "--cluster-tls",
                                tls.toString(),
                                "--postgres-url",
                                ends.postgresUrl());
                assertThat(Finished.tallyflow(savepoint, environment).orFail())
                        .contains("savepoint file:" + data)
                        .doesNotContain(CANARY);
            } finally {
                Finished.of(script("stop", data), environment).orFail();
            }
        }
        demandNoSecretInFiles();
    }

    private static void awaitAll(Witness witness, UsageLog log) {
        Boolean read =
                Deadline.in(Duration.ofMinutes(2))
                        .await(() -> isAllRead(witness, log) ? true : null);
        assertThat(read).as("not everything was read").isNotNull();
    }

    private static boolean isAllRead(Witness witness, UsageLog log) {
        try {
            return Arrays.equals(witness.look().offsets(), log.ends());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> script(String command, Path data) {
        return List.of("/bin/bash", SCRIPT.toString(), command, "--data-dir", data.toString());
    }

    private static List<String> submit(String url, Path tls, SecureEnds ends, Path meters)
            throws IOException {
        List<String> all = new ArrayList<>(List.of("submit", "--cluster", url));
        all.addAll(List.of("--cluster-tls", tls.toString(), "--parallelism", "2"));
        all.addAll(List.of("--kafka.bootstrap", ends.bootstrap()));
        all.addAll(List.of("--kafka.properties", ends.kafkaProperties().toString()));
        all.addAll(List.of("--postgres.url", ends.jdbcUrl(), "--postgres.user", ends.owner()));
        all.addAll(List.of("--meters", meters.toString()));
        return all;
    }

    /** The settings of flink-conf with mutual TLS; returns the file for commands. */
    private Path settings(SecureEnds ends) throws IOException {
        Path conf = Files.createDirectories(servers.resolve("conf"));
        Path own = StandaloneCluster.HOME.resolve("flink-conf");
        for (String name : List.of("log4j.properties", "log4j-console.properties")) {
            Files.copy(own.resolve(name), conf.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        TlsIdentity server = ends.server();
        TlsIdentity client = ends.client();
        Files.writeString(
                conf.resolve("config.yaml"),
                Files.readString(own.resolve("config.yaml"))
                                .replace("interval: 10 s", "interval: 1 s")
                                .replace("min-pause: 2500 ms", "min-pause: 250 ms")
                                .replace("prometheus.port: 9249-9259", "prometheus.port: 0")
                        + """

                        security.ssl.rest.enabled: true
                        security.ssl.rest.authentication-enabled: true
                        security.ssl.rest.keystore: %1$s
                        security.ssl.rest.keystore-password: %5$s
                        security.ssl.rest.key-password: %5$s
                        security.ssl.rest.truststore: %2$s
                        security.ssl.rest.truststore-password: %5$s
                        security.ssl.internal.enabled: true
                        security.ssl.internal.keystore: %3$s
                        security.ssl.internal.keystore-password: %5$s
                        security.ssl.internal.key-password: %5$s
                        security.ssl.internal.truststore: %4$s
                        security.ssl.internal.truststore-password: %5$s
                        """
                                .formatted(
                                        server.keyStore(),
                                        client.trustStore(),
                                        server.keyStore(),
                                        server.trustStore(),
                                        SecureEnds.STORE_PASSWORD));
        return Files.writeString(
                servers.resolve("tls.properties"),
                """
                security.ssl.rest.truststore=%s
                security.ssl.rest.truststore-password=%s
                security.ssl.rest.keystore=%s
                security.ssl.rest.keystore-password=%2$s
                """
                        .formatted(
                                server.trustStore(), SecureEnds.STORE_PASSWORD, client.keyStore()));
    }

    private static void demandNobodyElseIsAnswered(String url, SecureEnds ends) throws Exception {
        HttpClient stranger =
                HttpClient.newBuilder().sslContext(ends.server().context(ends.server())).build();
        assertThatThrownBy(() -> new FlinkPages(stranger, url).all())
                .isInstanceOf(IOException.class);
    }

    private static void demandNoSecretInArguments(Path data) throws IOException {
        List<String> seen = new ArrayList<>();
        try (Stream<Path> pids = Files.list(data.resolve("run"))) {
            for (Path pid : pids.toList()) {
                seen.add(
                        Files.readString(
                                Path.of("/proc", Files.readString(pid).strip(), "cmdline")));
            }
        }
        assertThat(seen)
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(line -> assertThat(line).doesNotContain(CANARY));
    }

    /** Logs, checkpoints and the savepoint. */
    private void demandNoSecretInFiles() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> all = files.filter(Files::isRegularFile).toList();
            assertThat(all).anyMatch(file -> file.endsWith("_metadata"));
            for (Path file : all) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as("%s", file)
                        .doesNotContain(CANARY);
            }
        }
    }
}
