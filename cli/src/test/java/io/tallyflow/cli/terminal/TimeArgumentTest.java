package io.tallyflow.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.results.RequestRefusedException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TimeArgumentTest {

    @ParameterizedTest
    @CsvSource({
        "2026-01-01T00:00:00Z, 2026-01-01T00:00:00Z",
        "2026-01-01t01:30:00.5+01:30, 2026-01-01T00:00:00.500Z",
        "2026-01-01, 2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.0000001Z, 2026-01-01T00:00:00.000001Z"
    })
    void readsInstantsAndDays(String text, String instant) {
        assertThat(TimeArgument.parse("--from", text)).hasToString(instant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "2026-1-1",
                "2026-02-30",
                "2026-01-01T00:00:00",
                "2026-01-01T25:00:00Z",
                "+12026-01-01T00:00:00Z",
                "1767225600"
            })
    void refusesWhatIsNeitherAndNamesTheOption(String text) {
        assertThatThrownBy(() -> TimeArgument.parse("--to", text))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageStartingWith("--to " + text)
                .hasMessageNotContaining("\n");
    }
}
