package io.tallyflow.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The story of how the past is counted again, as a newcomer has it told. */
final class StoryIT {

    @TempDir Path directory;

    @Test
    @Timeout(600)
    void comesOutRightInPostgresAndInTheLake() throws Exception {
        Path said = directory.resolve("said.txt");
        Process process =
                new Launcher(directory.resolve("clone"))
                        .start(directory, said, List.of("demo", "--story"));
        try {
            assertThat(process.waitFor(9, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroy();
            process.waitFor(1, TimeUnit.MINUTES);
        }
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        assertThat(Files.readAllLines(said))
                .contains(
                        "7 of 7  Everything adds up",
                        "windows that the two tell differently: 0",
                        "known     240",
                        "equal     the events add up to what is shown",
                        "every figure was right")
                .noneMatch(line -> line.contains("DIFFERS"));
    }
}
