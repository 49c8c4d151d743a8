package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script at the project's root, on a machine that lacks something. */
final class LauncherTest {

    private static final Path SCRIPT = Path.of("..", "tallyflow").toAbsolutePath().normalize();

    private final Path directory;

    LauncherTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void saysInOneLineThatThereIsNoJava() throws Exception {
        assertThat(run(Map.of("PATH", "")))
                .isEqualTo(
                        "1: tallyflow: no Java found: install a JDK 17 or later, or set"
                                + " JAVA_HOME\n");
    }

    @Test
    void saysInOneLineThatJavaHomePointsNowhere() throws Exception {
        assertThat(run(Map.of("PATH", "", "JAVA_HOME", "/nowhere")))
                .isEqualTo(
                        "1: tallyflow: no Java found in JAVA_HOME (/nowhere): install a JDK 17 or"
                                + " later, or set JAVA_HOME\n");
    }

    @Test
    void saysInOneLineThatJavaIsTooOld() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        Path java =
                Files.writeString(
                        bin.resolve("java"),
                        "#!/bin/sh\necho '    java.specification.version = 11' >&2\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        assertThat(run(Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", directory.toString())))
                .isEqualTo("1: tallyflow: Java 11 found, 17 or later is needed: set JAVA_HOME\n");
    }

    /** Exit code and everything that was said. */
    private static String run(Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder("/bin/bash", SCRIPT.toString(), "status")
                        .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + ": " + said;
    }
}
