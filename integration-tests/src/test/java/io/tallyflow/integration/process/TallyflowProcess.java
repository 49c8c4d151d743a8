package io.tallyflow.integration.process;

import io.tallyflow.cli.Tallyflow;
import io.tallyflow.integration.secure.SecureEnds;
import io.tallyflow.local.embedded.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code tallyflow up} in a process of its own, which can be killed and started again. {@code
 * -Dtallyflow.test.jvm="OPTIONS"} gives its JVM more options, such as a flight recording.
 */
final class TallyflowProcess implements AutoCloseable {

    private static final String[] OPENED = {
        "java.lang",
        "java.net",
        "java.io",
        "java.nio",
        "sun.nio.ch",
        "java.lang.reflect",
        "java.text",
        "java.time",
        "java.util",
        "java.util.concurrent",
        "java.util.concurrent.atomic",
        "java.util.concurrent.locks"
    };

    private final Path directory;
    private final int kafkaPort;
    private final int postgresPort;
    private final int webPort;
    private final List<String> options = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private Process process;

    /**
     * @param more options beyond those for the directory and the ports
     */
    TallyflowProcess(Path directory, String... more) throws IOException {
        this.directory = Files.createDirectories(directory);
        options.addAll(List.of(more));
        List<Integer> ports = Ports.free(3);
        this.kafkaPort = ports.get(0);
        this.postgresPort = ports.get(1);
        this.webPort = ports.get(2);
        options.addAll(List.of("--postgres-port", Integer.toString(postgresPort)));
        options.addAll(List.of("--kafka-port", Integer.toString(kafkaPort)));
    }

    /** Uses servers that run already instead of embedded ones, as these options say. */
    TallyflowProcess against(String... servers) {
        options.clear();
        options.addAll(List.of(servers));
        return this;
    }

    /** Uses servers that run already instead of embedded ones, with more options. */
    TallyflowProcess against(SecureEnds ends, String... more) throws IOException {
        options.clear();
        options.addAll(List.of("--postgres-url", ends.postgresUrl()));
        options.addAll(List.of("--kafka-bootstrap", ends.bootstrap()));
        options.addAll(List.of("--kafka-properties", ends.kafkaProperties().toString()));
        options.addAll(List.of(more));
        environment.putAll(ends.environment());
        return this;
    }

    /** Address of Flink's REST interface. */
    String web() {
        return "http://127.0.0.1:" + webPort;
    }

    /** What every user of the machine can see of it. */
    String commandLine() throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
    }

    String kafka() {
        return "127.0.0.1:" + kafkaPort;
    }

    String postgresUrl() {
        return "jdbc:postgresql://127.0.0.1:" + postgresPort + "/tallyflow";
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(postgresUrl() + "?socketTimeout=20", "tallyflow", "");
    }

    /** Its data directory. */
    Path data() {
        return directory.resolve("data");
    }

    /** CPU time of the process itself, Kafka and Flink, since its start. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Starts it; returns at once. */
    void start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // As the launcher starts it.
        command.add("-Xmx3g");
        command.add("-XX:+UseParallelGC");
        String more = System.getProperty("tallyflow.test.jvm", "");
        command.addAll(Arrays.asList(more.isEmpty() ? new String[0] : more.split(" ")));
        for (String opened : OPENED) {
            command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(Tallyflow.class.getName(), "up"));
        command.addAll(List.of("--data-dir", data().toString()));
        command.addAll(List.of("--web-port", Integer.toString(webPort)));
        command.addAll(options);
        Files.deleteIfExists(output());
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output().toFile());
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /** Waits until it says that it is ready. */
    void awaitReady() throws IOException, InterruptedException {
        while (!isReady()) {
            if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                throw new AssertionError(
                        "up ended with " + process.exitValue() + ": " + Files.readString(output()));
            }
        }
    }

    /** Lets it run for so long, or shorter if it ends. */
    void run(long millis) throws IOException, InterruptedException {
        if (process.waitFor(millis, TimeUnit.MILLISECONDS)) {
            throw new AssertionError(
                    "up ended with " + process.exitValue() + ": " + Files.readString(output()));
        }
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM. Returns the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    private boolean isReady() throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(output(), StandardCharsets.UTF_8)) {
            return lines.lines().anyMatch(line -> line.startsWith("ready"));
        }
    }

    /** What it printed. */
    Path output() {
        return directory.resolve("up.out");
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null && process.isAlive()) {
            process.destroy();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                kill();
            }
        }
    }
}
