package io.tallyflow.integration.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A process that ended, and everything that it said. */
record Finished(int exitCode, String said) {

    static Finished of(List<String> command, Map<String, String> environment)
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

    /** What it said, if all went well. */
    String orFail() {
        if (exitCode != 0) {
            throw new AssertionError("ended with " + exitCode + ": " + said);
        }
        return said;
    }
}
