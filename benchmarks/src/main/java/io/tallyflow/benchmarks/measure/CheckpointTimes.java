package io.tallyflow.benchmarks.measure;

import java.util.Arrays;

/** How long a job's completed checkpoints took from trigger to completion, milliseconds. */
public record CheckpointTimes(long count, long medianMillis, long p99Millis) {

    /** There were none. */
    public static final CheckpointTimes NONE = new CheckpointTimes(0, 0, 0);

    /** Of each checkpoint alone, in any order. */
    public static CheckpointTimes of(long... millis) {
        if (millis.length == 0) {
            return NONE;
        }
        long[] sorted = millis.clone();
        Arrays.sort(sorted);
        return new CheckpointTimes(sorted.length, at(sorted, 50), at(sorted, 99));
    }

    /** The least that so many of a hundred do not exceed. */
    private static long at(long[] sorted, int percent) {
        return sorted[(sorted.length * percent + 99) / 100 - 1];
    }
}
