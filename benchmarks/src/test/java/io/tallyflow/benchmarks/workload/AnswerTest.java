package io.tallyflow.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** Telling right answers from wrong ones. */
final class AnswerTest {

    private static final long CELL = CellSum.cell("customer-1", CellSum.group("m", "r"), 60_000);
    private static final long OTHER = CellSum.cell("customer-2", CellSum.group("m", "r"), 60_000);

    @Test
    void theOrderOfCellsDoesNotMatter() {
        assertThat(CellSum.NONE.plus(CELL, 1).plus(OTHER, 2))
                .isEqualTo(CellSum.NONE.plus(OTHER, 2).plus(CELL, 1));
    }

    @Test
    void valuesThatChangedPlacesShow() {
        assertThat(CellSum.NONE.plus(CELL, 1).plus(OTHER, 2))
                .isNotEqualTo(CellSum.NONE.plus(OTHER, 1).plus(CELL, 2));
    }

    @Test
    void subjectGroupAndWindowAllTellCellsApart() {
        assertThat(CELL)
                .isNotEqualTo(OTHER)
                .isNotEqualTo(CellSum.cell("customer-1", CellSum.group("r", "m"), 60_000))
                .isNotEqualTo(CellSum.cell("customer-1", 0, 60_000))
                .isNotEqualTo(CellSum.cell("customer-1", CellSum.group("m", "r"), 120_000));
    }

    @Test
    void onlyMetersThatAnAnswerSpeaksOfAreCompared() {
        CellSum sum = CellSum.NONE.plus(CELL, 3);
        Answer truth =
                new Answer(Map.of(BenchmarkMeter.REQUESTS, sum, BenchmarkMeter.DURATION_MAX, sum));
        assertThat(truth.differences(new Answer(Map.of(BenchmarkMeter.REQUESTS, sum)))).isEmpty();
        assertThat(truth.differences(new Answer(Map.of(BenchmarkMeter.REQUESTS, CellSum.NONE))))
                .startsWith("requests: 0 cells, total 0")
                .contains("truth 1 cells, total 3");
    }

    @Test
    void anAnswerIsTheSameAfterItWasWritten() {
        Answer answer = new Answer(Map.of(BenchmarkMeter.TOKENS, CellSum.NONE.plus(CELL, -7)));
        Properties properties = new Properties();
        answer.put(properties);
        assertThat(Answer.from(properties)).isEqualTo(answer);
    }
}
