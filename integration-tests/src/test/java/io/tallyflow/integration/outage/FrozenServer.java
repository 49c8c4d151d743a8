package io.tallyflow.integration.outage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Every process of a Postgres server stopped with SIGSTOP: connections stay, nothing answers. */
final class FrozenServer implements AutoCloseable {

    private final List<ProcessHandle> processes;

    private FrozenServer(List<ProcessHandle> processes) {
        this.processes = processes;
    }

    /**
     * Freezes the server until this is closed.
     *
     * @param data its data directory
     */
    static FrozenServer freeze(Path data) throws IOException, InterruptedException {
        long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0));
        ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
        // First, so that it starts nothing more.
        assertThat(signal("-STOP", List.of(postmaster))).as("exit code of kill").isZero();
        List<ProcessHandle> all =
                new ArrayList<>(
                        Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList());
        FrozenServer frozen = new FrozenServer(all);
        signal("-STOP", all);
        return frozen;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        signal("-CONT", processes);
    }

    /** Some may have ended meanwhile, which is then the exit code. */
    private static int signal(String signal, List<ProcessHandle> processes)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        return new ProcessBuilder(command).start().waitFor();
    }
}
