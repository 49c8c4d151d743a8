package io.tallyflow.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.benchmarks.workload.Answer;
import io.tallyflow.benchmarks.workload.BenchmarkMeter;
import io.tallyflow.benchmarks.workload.CellSum;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What comes back from another process. */
final class RunResultTest {

    @Test
    void aResultIsTheSameAfterItWasWritten() {
        RunResult result =
                new RunResult(
                        new Answer(Map.of(BenchmarkMeter.REQUESTS, CellSum.NONE.plus(1, 2))),
                        new Answer(Map.of(BenchmarkMeter.TOKENS, CellSum.NONE.plus(3, 4))),
                        new Span(5, 6),
                        new Span(7, 8),
                        9,
                        10,
                        11,
                        new CheckpointTimes(12, 13, 14),
                        Map.of("more", 15L));
        assertThat(RunResult.from(result.properties())).isEqualTo(result);
    }

    @Test
    void theProcessItselfHasMemoryAndCpuTime() {
        assertThat(ProcessFacts.peakResidentBytes()).isPositive();
        assertThat(ProcessFacts.cpuOfFamily(ProcessHandle.current().pid())).isPositive();
    }
}
