package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import io.tallyflow.connectors.refusal.StartRefusal;
import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.RejectionReason;
import io.tallyflow.schemas.usage.IgnoredReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every code that people look up stands in the reference, in the order of the code. */
final class CodesReferenceTest {

    private static final Path PAGE = Path.of("../docs/reference/lanes-and-reasons.md");

    static Stream<Arguments> sections() {
        return Stream.of(
                Arguments.of("Lanes", Lane.values()),
                Arguments.of("Why a record is rejected", RejectionReason.values()),
                Arguments.of("Why a meter takes no reading", IgnoredReason.values()),
                Arguments.of("Why a start or a commit is refused", Refusal.values()),
                Arguments.of(
                        "Why a job does not start or reads no further", StartRefusal.values()));
    }

    @ParameterizedTest
    @MethodSource("sections")
    void saysWhatTheCodeSays(String section, Enum<?>[] codes) throws IOException {
        assertThat(codesOf(section))
                .containsExactlyElementsOf(Arrays.stream(codes).map(Enum::name).toList());
    }

    private static List<String> codesOf(String section) throws IOException {
        return Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.equals("## " + section))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("`")[1])
                .toList();
    }
}
