package io.tallyflow.cli.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.cli.meters.MetersCommandTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code up} says when it cannot start; nothing is started in any of these. */
final class UpProblemsTest {

    private final Path directory;

    UpProblemsTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void namesEveryProblemOfAMeterFile() throws IOException {
        Path meters = Files.writeString(directory.resolve("broken.yaml"), MetersCommandTest.BROKEN);
        CommandRun run = up("--meters", meters.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .hasSize(3)
                .allMatch(line -> line.startsWith("tallyflow: broken.yaml:"));
    }

    @Test
    void namesTheOptionOfAPortThatIsUsed() throws IOException {
        for (String option : new String[] {"--kafka-port", "--postgres-port", "--web-port"}) {
            try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                String port = Integer.toString(other.getLocalPort());
                CommandRun run = up(option, port);
                assertThat(run.exitCode()).isEqualTo(1);
                assertThat(run.err().lines())
                        .containsExactly(
                                "tallyflow: port "
                                        + port
                                        + " is in use: choose another one with "
                                        + option);
            }
        }
    }

    @Test
    void saysInOneLineThatADataDirectoryCannotBeUsed() throws IOException {
        Path file = Files.writeString(directory.resolve("data"), "not a directory");
        CommandRun run = up();
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("tallyflow: data directory " + file)
                .endsWith("choose another one with --data-dir");
    }

    @Test
    void saysInOneLineThatADataDirectoryIsInUse() {
        try (DataDirectory held = DataDirectory.open(directory.resolve("data"))) {
            CommandRun run = up();
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err().lines())
                    .singleElement()
                    .asString()
                    .contains(held.root() + " is in use by process ", "--data-dir");
        }
    }

    @Test
    void asksWhetherNothingIsToBeCounted() throws IOException {
        Path meters = Files.writeString(directory.resolve("none.yaml"), "meters: []\n");
        CommandRun run = up("--meters", meters.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains("--meters " + meters + " defines no meter", "--no-meters");
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a,b", "quote\"d", "dollar$HOME", "x$(id)y", "x`id`y", "a\nb", "a\\\\b"})
    void refusesANameThatAServerTakesForSomethingElse(String name) throws IOException {
        Path parent = Files.createDirectory(directory.resolve("parent"));
        for (String command : new String[] {"up", "servers", "demo"}) {
            CommandRun run = CommandRun.of(command, "--data-dir", parent.resolve(name).toString());
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err().lines())
                    .singleElement()
                    .asString()
                    .contains("in its name, which its servers cannot bear", "--data-dir");
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void refusesALinkToSuchAName() throws IOException {
        Path link =
                Files.createSymbolicLink(
                        directory.resolve("link"), Files.createDirectory(directory.resolve("a,b")));
        CommandRun run = CommandRun.of("up", "--data-dir", link.resolve("data").toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("the character ,");
        assertThat(link).isEmptyDirectory();
    }

    @Test
    void refusesADirectoryThatWasMovedAndLeavesItAsItIs() throws IOException {
        DataDirectory.open(directory.resolve("old")).close();
        Path moved = Files.move(directory.resolve("old"), directory.resolve("data"));
        Files.delete(moved.resolve("lock"));
        CommandRun run = up();
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains(
                        moved + " was made at " + directory.resolve("old"),
                        "tallyflow relocate --data-dir " + moved);
        assertThat(moved.resolve("lock")).doesNotExist();
        assertThat(CommandRun.of("relocate", "--data-dir", moved.toString()).exitCode()).isZero();
        DataDirectory.open(moved).close();
    }

    @Test
    void letsNobodyElseIntoADataDirectory() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        DataDirectory.open(data).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
    }

    @Test
    void doesNotShutOthersOutOfADirectoryThatTheyUse() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        Files.createFile(data.resolve("theirs"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxr-x"));
        CommandRun run = up();
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains(
                        data + " can be entered by others (rwxrwxr-x)", "--data-dir", "chmod 700");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwxrwxr-x");
        assertThat(data.toFile().list()).containsExactly("theirs");
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        DataDirectory.open(data).close();
    }

    /** As a cluster of this machine makes it, which keeps its own files there. */
    @Test
    void closesOneOfTheUsualName() throws IOException {
        Path data = Files.createDirectory(directory.resolve(".tallyflow"));
        Files.createDirectory(data.resolve("cluster"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        DataDirectory.open(data).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
    }

    @Test
    void closesADataDirectoryThatWasOpened() throws IOException {
        Path data = directory.resolve("data");
        DataDirectory.open(data).close();
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-x---"));
        DataDirectory.open(data).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
    }

    private CommandRun up(String... option) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("--data-dir", directory.resolve("data").toString());
        options.put("--kafka-port", "0");
        options.put("--postgres-port", "0");
        options.put("--web-port", "0");
        if (option.length > 0) {
            options.put(option[0], option[1]);
        }
        List<String> arguments = new ArrayList<>(List.of("up"));
        options.forEach((name, value) -> arguments.addAll(List.of(name, value)));
        return CommandRun.of(arguments.toArray(String[]::new));
    }
}
