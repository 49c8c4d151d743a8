package io.tallyflow.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

/** What is seen of a run while it counts. */
final class RunProgressTest {

    private static final LocalDate DAY = LocalDate.of(2026, 1, 31);

    private final StringWriter out = new StringWriter();
    private long nanos;

    @Test
    void isALineForEachDayWhereNothingCanBeDrawnOver() {
        try (RunProgress progress = progress(/* inTerminal= */ false)) {
            progress.begins(7, 2);
            progress.waitsForLake();
            progress.reads(4096);
            progress.done(DAY, 41, 5);
        }
        assertThat(out.toString().lines())
                .containsExactly(
                        "run 7: 2 days",
                        "waiting for the lake to hold what came before the meter was counted",
                        "2026-01-31: 41 events, 5 windows");
    }

    @Test
    void isABarInATerminal() {
        try (RunProgress progress = progress(/* inTerminal= */ true)) {
            progress.begins(7, 3);
            assertThat(progress.line())
                    .isEqualTo("[..............................] 0 of 3 days, 0 events/s");
            progress.reads(600_000);
            nanos = 2_000_000_000L;
            progress.done(DAY, 41, 5);
            assertThat(progress.line())
                    .isEqualTo(
                            "[##########....................] 1 of 3 days, 300,000 events/s, 4 s left");
        }
        assertThat(out.toString()).contains("[##########", "\u001b[?25h");
    }

    @Test
    void printsWhatWasFoundWhereItStays() {
        try (RunProgress progress = progress(/* inTerminal= */ false)) {
            progress.print("found");
            progress.done("a day");
        }
        assertThat(out.toString().lines()).containsExactly("found", "a day");
        try (RunProgress progress = progress(/* inTerminal= */ true)) {
            progress.begins(0, 2);
            progress.done("a day");
            progress.print("found");
            assertThat(progress.line()).contains("1 of 2 days");
        }
        assertThat(out.toString()).contains("\u001b[1Afound\u001b[K");
    }

    @Test
    void isABarOfPartsWhereAllIsReadAtOnce() {
        try (RunProgress progress = progress(/* inTerminal= */ true)) {
            progress.readsParts(4);
            progress.reads(100);
            progress.readPart();
            nanos = 1_000_000_000L;
            assertThat(progress.line())
                    .isEqualTo("[#######.......................] 25 %, 100 events/s, 3 s left");
        }
    }

    @Test
    void knowsWhatItIsThatOnlyCounts() {
        progress(/* inTerminal= */ false).begins(0, 1);
        assertThat(out.toString()).isEqualToNormalizingNewlines("counting 1 day\n");
    }

    private RunProgress progress(boolean inTerminal) {
        return new RunProgress(new PrintWriter(out, true), inTerminal, () -> nanos);
    }
}
