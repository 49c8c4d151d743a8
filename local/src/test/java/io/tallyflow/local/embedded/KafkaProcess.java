package io.tallyflow.local.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A broker in a process of its own, so that it can be killed. */
public final class KafkaProcess implements AutoCloseable {

    private static final String UP = "up";

    private final Process process;

    private KafkaProcess(Process process) {
        this.process = process;
    }

    public static void main(String[] arguments) throws Exception {
        EmbeddedKafka.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        System.out.println(UP);
        // Ends with the test that started it, even if that one is killed.
        while (System.in.read() >= 0) {}
        Runtime.getRuntime().halt(1);
    }

    /** Starts a broker and returns when it serves. */
    public static KafkaProcess start(Path directory, int port) throws IOException {
        Process process =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-XX:+UseSerialGC",
                                        "-XX:TieredStopAtLevel=1",
                                        "-Xmx256m",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        KafkaProcess.class.getName(),
                                        directory.toString(),
                                        Integer.toString(port)))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        BufferedReader said = process.inputReader();
        if (!UP.equals(said.readLine())) {
            process.destroyForcibly();
            throw new IllegalStateException("the broker did not start");
        }
        return new KafkaProcess(process);
    }

    /** Kills the process with SIGKILL and waits until it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
