package io.tallyflow.benchmarks.measure;

import io.tallyflow.cli.Tallyflow;
import io.tallyflow.local.embedded.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code tallyflow up} in a process of its own, as its launcher starts it. */
public final class UpProcess implements AutoCloseable {

    private static final Duration TIME_TO_STOP = Duration.ofSeconds(60);

    private static final List<String> OPTIONS = List.of("-Xms512m", "-Xmx3g", "-XX:+UseParallelGC");

    private final JavaProcess process;
    private final int kafkaPort;
    private final int postgresPort;

    private UpProcess(JavaProcess process, int kafkaPort, int postgresPort) {
        this.process = process;
        this.kafkaPort = kafkaPort;
        this.postgresPort = postgresPort;
    }

    /**
     * Starts it, and returns at once.
     *
     * @param meters file with the definitions
     */
    public static UpProcess start(Path directory, Path meters) throws IOException {
        List<Integer> ports = Ports.free(3);
        JavaProcess process =
                JavaProcess.start(
                        Tallyflow.class,
                        List.of(
                                "up",
                                "--data-dir",
                                directory.resolve("data").toString(),
                                "--meters",
                                meters.toString(),
                                "--kafka-port",
                                ports.get(0).toString(),
                                "--postgres-port",
                                ports.get(1).toString(),
                                "--web-port",
                                ports.get(2).toString()),
                        OPTIONS,
                        name -> !name.startsWith("rocksdbjni-"),
                        directory.resolve("up.log"));
        return new UpProcess(process, ports.get(0), ports.get(1));
    }

    /** Waits until it says that it is ready. */
    public void awaitReady() throws IOException {
        @Nullable String line = process.line();
        while (line != null && !line.startsWith("ready")) {
            line = process.line();
        }
        if (line == null) {
            throw new MeasureException("up did not start: " + process.lastWords());
        }
    }

    /** {@code host:port}. */
    public String kafka() {
        return Ports.LOOPBACK + ":" + kafkaPort;
    }

    /** JDBC address, without user. */
    public String postgresUrl() {
        return "jdbc:postgresql://" + Ports.LOOPBACK + ":" + postgresPort + "/tallyflow";
    }

    /** CPU time since its start, nanoseconds; without that of its Postgres. */
    public long cpuNanos() {
        return process.cpuNanos();
    }

    @Override
    public void close() throws InterruptedException {
        process.stop(TIME_TO_STOP);
    }
}
