package io.tallyflow.integration.run;

import io.tallyflow.cli.Tallyflow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A process that ended, and everything that it said. */
public record Finished(int exitCode, String said) {

    /** Runs a command to its end, with more in its environment than this process has. */
    public static Finished of(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("command", ".out");
        try {
            // Not through a pipe: what the command leaves running would hold it open.
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            int exitCode = process.waitFor();
            return new Finished(exitCode, Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }

    /** Runs a {@code tallyflow} command in a process of its own. */
    public static Finished tallyflow(List<String> arguments, Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dtallyflow.home=" + Path.of("..").toAbsolutePath().normalize());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(Tallyflow.class.getName());
        command.addAll(arguments);
        return of(command, environment);
    }

    /** What it said, if all went well. */
    public String orFail() {
        if (exitCode != 0) {
            throw new AssertionError("ended with " + exitCode + ": " + said);
        }
        return said;
    }
}
