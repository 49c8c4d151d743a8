package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.measure.RunClock;

/** Reads a topic from its beginning to where it ends at the start, and says what it came to. */
interface Program {

    /**
     * Runs to the last result, tells the clock so, and only then does what takes time for the sake
     * of the answer.
     */
    ProgramOutcome run(ProgramSettings settings, RunClock clock) throws Exception;
}
