package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.memory.WorkingMemory;
import java.io.Serializable;
import java.time.Duration;

/**
 * When windows settle.
 *
 * @param allowedLateness how long after its end a window stays open, in event time
 * @param writeOpenWindowsAgain whether a start from state writes all open windows with its first
 *     commit; a rewind needs it, because it has deleted rows that are newer than its target
 * @param mostGroups how many groups a meter and subject may have in one window (in each shard of
 *     the subject); readings of further ones count in the group {@code __other__}
 * @param memory what open windows may fill
 */
public record AggregateRules(
        Duration allowedLateness,
        boolean writeOpenWindowsAgain,
        int mostGroups,
        WorkingMemory memory)
        implements Serializable {

    /** 10 minutes, 10,000 groups. */
    public static AggregateRules defaults() {
        return new AggregateRules(
                Duration.ofMinutes(10), false, 10_000, WorkingMemory.SHARE_OF_HEAP);
    }
}
