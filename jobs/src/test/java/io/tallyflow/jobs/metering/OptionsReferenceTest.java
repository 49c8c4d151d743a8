package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OptionsReferenceTest {

    @Test
    void saysWhatTheCodeSays() throws IOException {
        List<String> rows =
                Files.readAllLines(Path.of("../docs/reference/options.md")).stream()
                        .filter(line -> line.startsWith("| `--"))
                        .toList();
        assertThat(rows)
                .containsExactlyElementsOf(
                        Arrays.stream(Option.values()).map(OptionsReferenceTest::row).toList());
    }

    private static String row(Option option) {
        String given = option.defaultValue();
        String value = given == null || given.isEmpty() ? "" : "`" + given + "`";
        return "| `--" + option.key() + "` | " + value + " | " + option.description() + " |";
    }
}
