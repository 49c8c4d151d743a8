package io.tallyflow.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** What is seen of an import while it goes on. */
final class ImportProgressTest {

    private final StringWriter out = new StringWriter();
    private long nanos = 1_000_000_000L;

    @Test
    void isFewLinesWhereNothingCanBeDrawnOver() {
        tell(/* inTerminal= */ false);
        assertThat(out.toString().lines())
                .containsExactly(
                        "checked   100 events, 2 rejected",
                        "waiting   for the lake to hold what was accepted hours ago");
    }

    @Test
    void isALineThatChangesInATerminal() {
        tell(/* inTerminal= */ true);
        assertThat(out.toString())
                .contains(
                        "looking up: 0 %",
                        "looking up: 50 %", "90 of 100 events: 80 sent, 10 known")
                .contains("100 of 100 events: 90 sent, 10 known, 2 s");
    }

    private void tell(boolean inTerminal) {
        try (ImportProgress progress =
                new ImportProgress(new PrintWriter(out, true), inTerminal, () -> nanos)) {
            progress.checked(100, 2);
            progress.waitsForLake();
            progress.looksUp(2);
            later();
            progress.lookedUp();
            later();
            progress.sent(10, 80);
            nanos += 2_000_000_000L;
            progress.sent(10, 90);
        }
    }

    private void later() {
        nanos += 1_000_000_000L;
    }
}
