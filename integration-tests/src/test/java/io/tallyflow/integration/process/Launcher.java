package io.tallyflow.integration.process;

import io.tallyflow.cli.Tallyflow;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The script at the project's root, in a clone whose build is what this test runs on. */
final class Launcher {

    private final Path home;
    private final Map<String, String> environment = new HashMap<>();

    /**
     * @param home where the clone is to be; made
     */
    Launcher(Path home) throws IOException {
        this.home = Files.createDirectories(home);
        Path script = Files.copy(Path.of("..", "tallyflow"), home.resolve("tallyflow"));
        script.toFile().setExecutable(true);
        sources();
        Path classes = home.resolve("cli/target/classes");
        Files.createDirectories(classes.getParent());
        Files.createSymbolicLink(
                classes,
                Path.of(
                        Tallyflow.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath()));
        Files.writeString(
                home.resolve("cli/target/classpath.txt"),
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> Files.exists(Path.of(entry)))
                        .collect(Collectors.joining(File.pathSeparator)));
    }

    /** Older than the build. */
    private void sources() throws IOException {
        for (String module :
                List.of(
                        "",
                        "schemas",
                        "functions",
                        "connectors",
                        "jobs",
                        "results",
                        "operations",
                        "local",
                        "cli")) {
            Path directory = home.resolve(module);
            if (!module.isEmpty()) {
                Files.createDirectories(directory.resolve("src/main"));
            }
            Path pom = Files.createFile(directory.resolve("pom.xml"));
            Files.setLastModifiedTime(pom, FileTime.from(Instant.EPOCH));
        }
    }

    /** What the script finds in its environment. */
    Launcher with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Starts a command; everything it says goes to the file. */
    Process start(Path workingDirectory, Path said, List<String> arguments) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                Stream.concat(
                                                Stream.of(home.resolve("tallyflow").toString()),
                                                arguments.stream())
                                        .toList())
                        .directory(workingDirectory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }

    /** Runs one to its end: exit code, and what it said. */
    String run(Path workingDirectory, String... arguments) throws Exception {
        Path said = Files.createTempFile(home, "said", ".txt");
        Process process = start(workingDirectory, said, List.of(arguments));
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("no end: " + Files.readString(said));
        }
        return process.exitValue() + ": " + Files.readString(said);
    }
}
