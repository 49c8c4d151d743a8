package io.tallyflow.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.report.Measurement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every program on few events: what is compared does the same work. */
final class ThroughputIT {

    @Test
    @Timeout(600)
    void everyProgramAnswersAsTheGeneratorSays() {
        List<Measurement> runs = ThroughputTest.run(ProgramName.compared(), 1);
        assertThat(runs).hasSize(ProgramName.compared().size()).allSatisfy(ThroughputTest::isRight);
        assertThat(runs)
                .filteredOn(run -> !run.program().equals("limit"))
                .allSatisfy(run -> assertThat(run.result().answer().meters()).isNotEmpty());
    }
}
