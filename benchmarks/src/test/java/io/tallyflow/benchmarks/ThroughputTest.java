package io.tallyflow.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.report.Measurement;
import io.tallyflow.benchmarks.workload.SubjectMix;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tallyflow's job on few events: the way from the generator to the table. */
final class ThroughputTest {

    private static final int EVENTS = 20_000;

    @ParameterizedTest(name = "{0} shards")
    @ValueSource(ints = {1, 3})
    @Timeout(120)
    void theProductAnswersAsTheGeneratorSays(int shards) {
        List<Measurement> runs = run(List.of(ProgramName.PRODUCT), 1, shards);
        assertThat(runs).singleElement().satisfies(ThroughputTest::isRight);
    }

    /** Each program once, in turns. */
    static List<Measurement> run(List<ProgramName> programs, int rounds) {
        return run(programs, rounds, 1);
    }

    private static List<Measurement> run(List<ProgramName> programs, int rounds, int shards) {
        ProgramRunner.Load load =
                new ProgramRunner.Load(2, 3, shards, Duration.ofSeconds(100), Duration.ZERO, 0);
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
