package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.measure.RunClock;

final class DataStreamProgram implements Program {

    @Override
    public Outcome run(ProgramSettings settings, RunClock clock) {
        throw new UnsupportedOperationException();
    }
}
