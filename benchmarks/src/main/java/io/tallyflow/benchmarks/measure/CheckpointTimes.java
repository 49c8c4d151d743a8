package io.tallyflow.benchmarks.measure;

/** How long a job's completed checkpoints took from trigger to completion, milliseconds. */
public record CheckpointTimes(long count, long medianMillis, long p99Millis) {

    /** There were none. */
    public static final CheckpointTimes NONE = new CheckpointTimes(0, 0, 0);
}
