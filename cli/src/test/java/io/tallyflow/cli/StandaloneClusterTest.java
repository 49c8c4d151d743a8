package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.local.embedded.Ports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script that runs a cluster, where it is used wrongly; what it runs is proved elsewhere. */
final class StandaloneClusterTest {

    private static final Path SCRIPT =
            Path.of("..", "deploy", "standalone", "cluster").toAbsolutePath().normalize();

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                                | which command? start, status or stop
                    begin                             | there is no command begin
                    start --workers 2                 | there is no option --workers
                    start --task-managers             | --task-managers needs a value
                    start --task-managers 0           | --task-managers 0 is not a number from 1 to 999
                    start --rest-port 70000           | --rest-port 70000 is not a port: 1 to 65535
                    start --rest-port 0               | --rest-port 0 is not a port: 1 to 65535
                    start --memory much               | --memory much is not a size such as 1728m or 4g
                    start --zookeeper here            | --zookeeper here is not HOST:PORT
                    start -D key                      | -D key is not KEY=VALUE
                    start -D s3.secret-key=x          | -D s3.secret-key would be seen by all: keys belong into
                    start -D fs.s3a.access.key=x      | -D fs.s3a.access.key would be seen by all: keys belong
                    start --job-managers 2            | --job-managers 2 needs --ha or --zookeeper
                    """)
    void saysInOneLineWhatIsWrong(String arguments, String message) throws Exception {
        String said = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
        assertThat(said).startsWith("2: cluster: " + message).hasLineCount(1);
    }

    @Test
    void saysThatNothingRuns() throws Exception {
        assertThat(run("status", "--data-dir", directory.resolve("none").toString()))
                .isEqualTo(
                        "1: cluster: there is no cluster in " + directory.resolve("none") + "\n");
        assertThat(run("status", "--data-dir", directory.toString()))
                .isEqualTo("1: cluster: no cluster runs in " + directory + "\n");
        assertThat(run("stop", "--data-dir", directory.toString())).isEqualTo("0: ");
    }

    /** A number that another process has got since is nobody's to kill. */
    @Test
    void takesNoOtherProcessForItsOwn() throws Exception {
        Path pids = Files.createDirectories(directory.resolve("run"));
        long pid = ProcessHandle.current().pid();
        Files.writeString(pids.resolve("jobmanager-1.pid"), Long.toString(pid));
        assertThat(run("status", "--data-dir", directory.toString()))
                .isEqualTo("1: jobmanager-1     gone\n");
        assertThat(run("stop", "--data-dir", directory.toString())).isEqualTo("0: ");
        assertThat(ProcessHandle.current().isAlive()).isTrue();
        assertThat(pids.resolve("jobmanager-1.pid")).doesNotExist();
    }

    /** A repository whose Maven fetches nothing, and that has no Flink to go on with. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    execution.checkpointing.dir: s3://b/c       | state.x=1                     | true
                    'high-availability.storageDir: "s3://b/h"'  | state.x=1                     | true
                    state.x: 1                                  | state.dir=s3://b/c            | true
                    '# state.dir: s3://b/c'                     | state.x=1                     | false
                    execution.checkpointing.dir: file:///s3/c   | s3.endpoint=http://store:9000 | false
                    """)
    void fetchesTheClientForS3OnlyWhereASettingNamesAPathThere(
            String line, String setting, boolean fetched) throws Exception {
        Path script = directory.resolve("deploy/standalone/cluster");
        Path flink = Files.createDirectories(script.resolveSibling("target/flink/lib"));
        Files.createDirectories(flink.resolveSibling("plugins"));
        Files.copy(SCRIPT, script);
        for (Path pom : List.of(directory, script.getParent())) {
            Files.setLastModifiedTime(
                    Files.writeString(pom.resolve("pom.xml"), ""), FileTime.fromMillis(0));
        }
        Path conf = Files.createDirectories(directory.resolve("conf"));
        Files.writeString(conf.resolve("config.yaml"), line + "\n");
        Path maven = Files.createDirectories(directory.resolve("bin")).resolve("mvn");
        Files.writeString(maven, "#!/bin/sh\necho \"$@\"\nexit 1\n");
        assertThat(maven.toFile().setExecutable(true)).isTrue();
        List<Integer> ports = Ports.free(2);
        List<String> command = new ArrayList<>(List.of("/bin/bash", script.toString(), "start"));
        command.addAll(List.of("--data-dir", directory.resolve("data").toString()));
        command.addAll(List.of("--conf-dir", conf.toString(), "-D", setting));
        command.addAll(List.of("--rest-port", ports.get(0).toString()));
        command.addAll(List.of("--rpc-port", ports.get(1).toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().merge("PATH", maven.getParent() + ":", (old, own) -> own + old);
        Path log = directory.resolve("target/standalone-s3.log");
        if (fetched) {
            assertThat(said(builder)).contains("Flink's client for S3 cannot be fetched: see");
            assertThat(log).content().endsWith(" dependency:copy@s3\n");
        } else {
            assertThat(said(builder))
                    .isEqualTo(
                            "1: cluster: "
                                    + conf
                                    + "/config.yaml lacks env.java.opts.all: take that line from"
                                    + " flink-conf/config.yaml\n");
            assertThat(log).doesNotExist();
        }
    }

    @Test
    void explainsEveryOptionThatItTakes() throws Exception {
        String help = run("--help");
        for (String line : Files.readAllLines(SCRIPT)) {
            if (line.matches(" +--?[a-zA-Z-]+\\) \\S.*=.*")) {
                assertThat(help).contains("  " + line.strip().replaceFirst("\\).*", " "));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --events      | --events needs a number
                    --events many | --events needs a number
                    --rate 0      | --rate needs a number
                    --workers 2   | there is no option --workers
                    """)
    void saysWhatIsWrongWithARehearsalBeforeAnythingStarts(String arguments, String message)
            throws Exception {
        String said = run(SCRIPT.resolveSibling("smoke"), arguments.split(" "));
        assertThat(said).startsWith("2: smoke: " + message).hasLineCount(1);
    }

    private static String run(String... arguments) throws IOException, InterruptedException {
        return run(SCRIPT, arguments);
    }

    private static String run(Path script, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/bash", script.toString()));
        command.addAll(List.of(arguments));
        return said(new ProcessBuilder(command));
    }

    private static String said(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + ": " + said;
    }
}
