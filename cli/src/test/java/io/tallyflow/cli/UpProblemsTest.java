package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
