package io.tallyflow.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.report.Measurement;
import io.tallyflow.benchmarks.workload.SubjectMix;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tallyflow's job on few events: the way from the generator to the table. */
final class ThroughputTest {

    private static final int EVENTS = 20_000;

    @Test
    @Timeout(120)
    void theProductAnswersAsTheGeneratorSays() {
        List<Measurement> runs = run(List.of(ProgramName.PRODUCT), 1);
        assertThat(runs).singleElement().satisfies(ThroughputTest::isRight);
    }

    /** Each program once, in turns. */
    static List<Measurement> run(List<ProgramName> programs, int rounds) {
        ProgramRunner.Load load = new ProgramRunner.Load(2, 3, 1, Duration.ofSeconds(100));
        return new Throughput(
                        programs,
                        EVENTS,
                        EVENTS,
                        rounds,
                        SubjectMix.SKEWED,
                        load,
                        new PrintWriter(Writer.nullWriter()))
                .measure();
    }

    static void isRight(Measurement run) {
        assertThat(run.differences()).as(run.program()).isEmpty();
        assertThat(run.records()).isEqualTo(EVENTS);
        assertThat(run.recordsPerSecond()).as(run.program()).isPositive().isFinite();
        assertThat(run.cpuMicros()).as(run.program()).isPositive();
        assertThat(run.result().peakBytes()).as(run.program()).isPositive();
    }
}
