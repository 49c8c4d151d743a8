package io.tallyflow.local.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs {@code initdb} and {@code pg_ctl}. They refuse to run as root; for root they run in a user
 * namespace of their own, where they are nobody, on files that stay root's.
 */
final class PostgresPrograms {

    private final Path bin;

    PostgresPrograms(Path bin) {
        this.bin = bin;
    }

    /** The outcome of a program: exit code and everything it said. */
    record Outcome(int exitCode, String output) {

        boolean succeeded() {
            return exitCode == 0;
        }

        /** The last lines, on one line. */
        String summary() {
            List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
            return String.join("; ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        }
    }

    Outcome run(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.add("unshare");
            command.add("-U");
        }
        command.add(bin.resolve(program).toString());
        command.addAll(List.of(arguments));
        return run(command);
    }

    private static Outcome run(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        clean(builder.environment());
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), output);
        } catch (IOException e) {
            throw new ServerFailure("cannot run " + command.get(0) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerFailure("interrupted while running " + command.get(0), e);
        }
    }

    /**
     * Neither settings of the person's own Postgres nor zone or language may leak into this one.
     */
    private static void clean(Map<String, String> environment) {
        environment.keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        environment.put("LC_ALL", "C");
        // What initdb finds here it writes into the server's settings.
        environment.put("TZ", "UTC");
    }

    /** Fails with what to do where root cannot have a user namespace. */
    void requireUsable() {
        Outcome version = run("postgres", "--version");
        if (version.succeeded()) {
            return;
        }
        throw new ServerFailure(
                isRoot()
                        ? "Postgres does not run as root, and a user namespace for it is not"
                                + " allowed here ("
                                + version.summary()
                                + "): start as an ordinary user, or name a Postgres server with"
                                + " --postgres-url"
                        : "the embedded Postgres does not run on this system ("
                                + version.summary()
                                + "): name a Postgres server with --postgres-url");
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
