package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A command that nobody knows is answered with the one that was meant. */
final class MisspellingTest {

    @ParameterizedTest
    @CsvSource({
        "qurey calls, query",
        "lake compcat, compact",
        "stauts, status",
        "query calls --widnow DAY, --window",
        "query calls --widnow=DAY, --window",
        "meters lst, list",
    })
    void isAnsweredWithTheNearestName(String typed, String meant) {
        CommandRun run = CommandRun.of(typed.split(" "));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains("; perhaps " + meant + " is meant (see tallyflow");
    }

    @ParameterizedTest
    @CsvSource({"frobnicate", "query calls and more", "query calls --xyzzy"})
    void isNotGuessedAtFromAfar(String typed) {
        CommandRun run = CommandRun.of(typed.split(" "));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).doesNotContain("perhaps");
    }
}
