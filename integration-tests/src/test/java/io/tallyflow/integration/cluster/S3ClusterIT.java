package io.tallyflow.integration.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.store.S3Server;
import io.tallyflow.integration.run.Finished;
import io.tallyflow.local.embedded.Ports;
import io.tallyflow.local.truth.GeneratorSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job on a cluster of separate processes that keeps nothing on this machine: checkpoints,
 * savepoints, what high availability needs and the lake are in an S3 store. {@code
 * -Dtallyflow.test.events=N} chooses how much is sent.
 */
final class S3ClusterIT {

    private static final long EVENTS = Long.getLong("tallyflow.test.events", 120_000);
    private static final String STORE = "s3://" + S3Server.BUCKET;
    private static final String NOT_KNOWN = "FLINK_PLUGINS_DIR names the directory of its plugin";

    @TempDir Path directory;
    private S3Server store;
    private S3Settings settings;
    private MeteredServers servers;
    private StandaloneCluster cluster;

    @BeforeEach
    void start() throws Exception {
        store = new S3Server();
        settings = new S3Settings(store, directory);
        LakePlace lake = settings.lake(STORE + "/lake");
        GeneratorSettings sent = GeneratorSettings.anHour(1, EVENTS, anHourAgo());
        servers = new MeteredServers(directory, sent, lake);
        Map<String, String> environment = settings.environment(store.endpoint());
        cluster = new StandaloneCluster(directory.resolve("cluster"), environment);
    }

    @AfterEach
    @SuppressWarnings("try")
    void stop() throws Exception {
        try (S3Server last = store;
                MeteredServers second = servers;
                StandaloneCluster first = cluster) {}
    }

    private static long anHourAgo() {
        return Instant.now()
                .truncatedTo(ChronoUnit.HOURS)
                .minus(1, ChronoUnit.HOURS)
                .toEpochMilli();
    }

    @Test
    @Timeout(1_200)
    void showsTheTruthAfterDeathsSavepointsAndARewindWithAllStateInAStore() throws Exception {
        startCluster();
        command("submit", "--parallelism", "2");
        servers.awaitCommitAfter(0);
        servers.send(EVENTS / 5);
        demandRecoveryFrom("taskmanager-1");
        servers.send(EVENTS * 2 / 5);
        demandRecoveryFrom("jobmanager-1");
        String early = cluster.savepoint(servers);
        assertThat(early).startsWith(STORE + "/savepoints/");
        assertThat(inspect(early)).contains("savepoint  " + early, "commit ", "watermark ");
        servers.send(EVENTS * 3 / 5);
        servers.demandRead(EVENTS * 3 / 5);
        assertThat(command("rewind", "--to", early, "--parallelism", "3"))
                .containsPattern("commit +[0-9]+ +epoch 1\\R")
                .containsPattern("lake +checkpoint [0-9]+\\R")
                .doesNotContain("not looked for")
                .doesNotContainPattern("\\b0 records to be read again");
        servers.send(EVENTS * 4 / 5);
        assertThat(reset()).containsPattern("savepoint +" + STORE + "/savepoints/savepoint-");
        String last = cluster.savepoint(servers, "--stop", "--format", "native");
        command("start", "--from", last, "--parallelism", "2");
        servers.send(EVENTS);
        servers.demandTruth();
        demandEverythingInTheStore();
        demandSecretIsNowhere();
        demandClearWordsWithoutThePlugin(early);
        demandClearWordsWithoutTheStore(early);
        demandClearWordsAfterTheFilesAreGone(early);
        cluster.close();
        assertThat(cluster.isAlive()).isFalse();
    }

    private void startCluster() throws Exception {
        cluster.start("--ha", "--task-managers", "2", "--conf-dir", settings.conf().toString());
    }

    private void demandRecoveryFrom(String process) throws Exception {
        long token = servers.token();
        cluster.kill(process);
        if (process.startsWith("jobmanager")) {
            startCluster();
        }
        Duration recovery = servers.awaitRecovery(token);
        System.out.println("recovery after the death of " + process + ": " + recovery);
        startCluster();
    }

    private String inspect(String savepoint) throws Exception {
        return cluster.tallyflow(List.of("state", "inspect", savepoint)).orFail();
    }

    private String command(String name, String... more) throws Exception {
        return run(name, Map.of(), more).orFail();
    }

    private Finished run(String name, Map<String, String> environment, String... more)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of(name, "--cluster", cluster.url()));
        arguments.addAll(List.of(more));
        arguments.addAll(servers.jobOptions());
        return environment.isEmpty()
                ? cluster.tallyflow(arguments)
                : Finished.tallyflow(arguments, environment);
    }

    private String reset() throws Exception {
        List<String> arguments = new ArrayList<>(List.of("reset", "tokens_total"));
        arguments.addAll(List.of("--cluster", cluster.url()));
        arguments.addAll(List.of("--postgres-url", servers.postgresAddress()));
        return cluster.tallyflow(arguments).orFail();
    }

    private String savepoints() throws Exception {
        return cluster.tallyflow(savepointsCommand()).orFail();
    }

    private List<String> savepointsCommand() {
        return List.of("savepoints", "--postgres-url", servers.postgresAddress());
    }

    private void demandEverythingInTheStore() throws IOException {
        for (String prefix : List.of("checkpoints/", "savepoints/", "ha/", "lake/")) {
            assertThat(store.objects(prefix)).as(prefix).isNotEmpty();
        }
        assertThat(files("cluster/checkpoints")).isEmpty();
        assertThat(files("cluster/savepoints")).isEmpty();
        assertThat(directory.resolve("cluster/ha")).doesNotExist();
        assertThat(directory.resolve("warehouse")).doesNotExist();
    }

    private List<Path> files(String below) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(below))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private void demandSecretIsNowhere() throws IOException {
        for (Path file : files("cluster/logs")) {
            assertThat(Files.readString(file, StandardCharsets.UTF_8))
                    .as("%s", file)
                    .doesNotContain(store.secret());
        }
        assertThat(commandLines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).doesNotContain(store.secret()));
    }

    /** Of the processes that run. Of one that was killed the number is still there. */
    private List<String> commandLines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path pid : files("cluster/run")) {
            if (pid.toString().endsWith(".pid")) {
                Path line = Path.of("/proc", Files.readString(pid).strip(), "cmdline");
                if (Files.exists(line)) {
                    lines.add(Files.readString(line));
                }
            }
        }
        return lines;
    }

    private void demandClearWordsWithoutThePlugin(String savepoint) throws Exception {
        Map<String, String> keys = settings.keys();
        Finished inspected = Finished.tallyflow(List.of("state", "inspect", savepoint), keys);
        assertThat(inspected.exitCode()).isEqualTo(1);
        assertThat(inspected.said()).contains(NOT_KNOWN).hasLineCount(1);
        assertThat(run("rewind", keys, "--to", savepoint, "--dry-run").orFail())
                .containsPattern("files +not looked for, .*" + NOT_KNOWN);
    }

    private void demandClearWordsWithoutTheStore(String savepoint) throws Exception {
        Map<String, String> nobody = settings.environment("http://127.0.0.1:" + Ports.free());
        long began = System.nanoTime();
        Finished rewound = run("rewind", nobody, "--to", savepoint);
        Finished listed = Finished.tallyflow(savepointsCommand(), nobody);
        System.out.println(
                "rewind and savepoints without the store, together "
                        + Duration.ofNanos(System.nanoTime() - began)
                        + ": "
                        + rewound.said());
        for (Finished refused : List.of(rewound, listed)) {
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.said())
                    .containsPattern("whether the files of savepoint s3://\\S+ are there cannot be")
                    .hasLineCount(1);
        }
    }

    private void demandClearWordsAfterTheFilesAreGone(String savepoint) throws Exception {
        assertThat(savepoints()).doesNotContainPattern(" gone ");
        store.delete(savepoint.substring(STORE.length() + 1) + "/");
        assertThat(savepoints()).containsPattern(" gone +" + savepoint + "\\R");
        assertThat(run("rewind", Map.of(), "--to", savepoint).said())
                .contains("the files of savepoint " + savepoint + " are gone");
        assertThat(cluster.tallyflow(List.of("state", "inspect", savepoint)).said())
                .contains(savepoint + " is no savepoint");
    }
}
