package io.tallyflow.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tallyflow.benchmarks.measure.CheckpointTimes;
import io.tallyflow.benchmarks.measure.RunResult;
import io.tallyflow.benchmarks.measure.Span;
import io.tallyflow.benchmarks.workload.Answer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The arithmetic of the table. */
final class ReportTest {

    private static final long SECOND = 1_000_000_000L;
    private static final double EXACT = 1e-9;

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheTwoInIt() {
        assertThat(Medians.median(List.of(3.0, 1.0, 10.0))).isEqualTo(3.0);
        assertThat(Medians.median(List.of(4.0, 1.0, 2.0, 10.0))).isEqualTo(3.0);
        assertThat(Medians.median(List.of(Double.NaN, 5.0))).isEqualTo(5.0);
        assertThat(Medians.median(List.of())).isNaN();
    }

    @Test
    void aQuantileIsAValueThatWasSeen() {
        assertThat(Medians.quantile(List.of(4.0, 3.0, 2.0, 1.0), 0.5)).isEqualTo(2.0);
        assertThat(Medians.quantile(List.of(4.0, 3.0, 2.0, 1.0), 0.99)).isEqualTo(4.0);
        assertThat(Medians.quantile(List.of(4.0), 0)).isEqualTo(4.0);
    }

    @Test
    void ratesAreOfRecordsAndTimeTogether() {
        Measurement run = run("a", 1, 4, "");
        assertThat(run.recordsPerSecond()).isCloseTo(250, within(EXACT));
        assertThat(run.markedRecordsPerSecond()).isCloseTo(500, within(EXACT));
        assertThat(run.cpuMicros()).isCloseTo(8_000, within(EXACT));
        assertThat(run.serversCpuMicros()).isCloseTo(2_000, within(EXACT));
    }

    @Test
    void aRatioIsTheMedianOfTheRatiosOfEachRound() {
        // The machine is ten times slower in the second round: each round says 2, 4 and 3.
        Report report =
                new Report(
                        List.of(
                                run("a", 1, 1, ""),
                                run("b", 1, 2, ""),
                                run("a", 2, 10, ""),
                                run("b", 2, 40, ""),
                                run("a", 3, 1, ""),
                                run("b", 3, 3, "")),
                        List.of("b", "never-run"));
        assertThat(report.ratio("a", "b")).isCloseTo(3, within(EXACT));
        assertThat(report.lines().get(0)).contains("× b").doesNotContain("never-run");
        assertThat(report.markdown().get(2))
                .startsWith("| a | 1,000 | 3 | 1,000 |")
                .endsWith("✓ |");
    }

    @Test
    void oneWrongAnswerIsShownAndMakesTheWholeWrong() {
        Report report =
                new Report(List.of(run("a", 1, 1, ""), run("a", 2, 1, "requests: off")), List.of());
        assertThat(report.isRight()).isFalse();
        assertThat(report.lines().get(1)).endsWith("requests: off");
    }

    @Test
    void whatWasTooShortToMeasureIsLeftOut() {
        Measurement run = run("a", 1, 0, "");
        assertThat(new Report(List.of(run), List.of()).lines().get(1)).contains(" - ");
    }

    /** A thousand records in so many seconds, half of them in the last quarter. */
    private static Measurement run(String program, int round, long seconds, String differences) {
        Span all = new Span(seconds * SECOND, 2 * seconds * SECOND);
        Span marked = new Span(seconds * SECOND / 4, seconds * SECOND / 2);
        RunResult result =
                new RunResult(
                        Answer.none(),
                        Answer.none(),
                        all,
                        marked,
                        0,
                        0,
                        0,
                        CheckpointTimes.NONE,
                        Map.of());
        return new Measurement(program, round, 1_000, 500, result, 2 * SECOND, differences);
    }
}
