package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.measure.CheckpointTimes;
import io.tallyflow.benchmarks.workload.Answer;
import java.util.Map;

/**
 * What a program says at its end.
 *
 * @param lake what the Iceberg tables say; nothing for programs without
 * @param stateBytes state, as the last checkpoint holds it, or on disk
 * @param figures whatever else it measured, by name
 */
record ProgramOutcome(
        Answer answer,
        Answer lake,
        long stateBytes,
        CheckpointTimes checkpoints,
        Map<String, Long> figures) {

    /** Of a program without a lake. */
    static ProgramOutcome of(Answer answer, Checkpoints checkpoints) {
        return new ProgramOutcome(
                answer, Answer.none(), checkpoints.stateBytes(), checkpoints.times(), Map.of());
    }
}
