package io.tallyflow.connectors.iceberg.write;

import java.io.Serializable;
import java.time.Duration;

/**
 * Which checkpoints close all files and make a batch. The number of the checkpoint alone decides:
 * every writer and the committer come to the same answer without asking each other, whatever became
 * of the checkpoints before.
 *
 * @param everyCheckpoints 1 or more
 */
public record LakeSchedule(int everyCheckpoints) implements Serializable {

    public LakeSchedule {
        if (everyCheckpoints < 1) {
            throw new IllegalArgumentException("every " + everyCheckpoints + " checkpoints");
        }
    }

    /** At least once per interval, as long as checkpoints come in time. */
    public static LakeSchedule of(Duration commitInterval, Duration checkpointInterval) {
        long ratio = commitInterval.toMillis() / Math.max(1, checkpointInterval.toMillis());
        return new LakeSchedule((int) Math.max(1, Math.min(ratio, Integer.MAX_VALUE)));
    }

    boolean isDue(long checkpoint) {
        return checkpoint % everyCheckpoints == 0;
    }
}
