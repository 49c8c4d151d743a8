package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that builds the image, run on a copy with programs that only tell. */
final class BuildScriptTest {

    /** As the build of jobs names the shaded jar. */
    private static final String JAR = "jobs/target/tallyflow-job.jar";

    @TempDir Path copy;

    @BeforeEach
    void copyWhatItReads() throws IOException {
        Files.createDirectories(copy.resolve("deploy/container"));
        for (String file : List.of("pom.xml", "deploy/container/build")) {
            Files.copy(Repository.ROOT.resolve(file), copy.resolve(file));
        }
    }

    private void program(String name, String script) throws IOException {
        Path file = copy.resolve("bin").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\necho " + name + " \"$@\"\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private ScriptRun run(String... arguments) throws IOException, InterruptedException {
        return ScriptRun.of(
                Stream.concat(
                                Stream.of(copy.resolve("deploy/container/build").toString()),
                                Stream.of(arguments))
                        .toList(),
                Map.of(
                        "PATH",
                        copy.resolve("bin") + ":/usr/bin:/bin",
                        "CONTAINER_ENGINE",
                        "engine"));
    }

    @Test
    void buildsTheJarAndTheImageOfTheVersionsInThePom() throws Exception {
        program("mvn", "mkdir -p jobs/target && touch " + JAR);
        program("engine", "");
        ScriptRun run = run();
        assertThat(run.errors()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.output())
                .contains("mvn -B -ntp -q package -DskipTests -pl jobs -am\n")
                .contains(
                        "engine build -f deploy/container/Dockerfile -t tallyflow:"
                                + Repository.version())
                .contains("--build-arg FLINK_VERSION=" + Repository.pom("version.flink"))
                .contains("--build-arg JOB_JAR=" + JAR + " .\n");
    }

    @Test
    void namesTheImageAsAsked() throws Exception {
        program("mvn", "mkdir -p jobs/target && touch " + JAR);
        program("engine", "");
        assertThat(run("somewhere/tallyflow:7").output()).contains(" -t somewhere/tallyflow:7 ");
    }

    @Test
    void saysThatThereIsNoEngineBeforeItBuilds() throws Exception {
        program("mvn", "");
        ScriptRun run = run();
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errors()).contains("there is no engine here", "CONTAINER_ENGINE");
        assertThat(run.output()).isEmpty();
    }

    @Test
    void saysThatTheBuildMadeNoJar() throws Exception {
        program("mvn", "");
        program("engine", "");
        ScriptRun run = run();
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errors()).contains("the build made no " + JAR);
        assertThat(run.output()).doesNotContain("engine build");
    }
}
