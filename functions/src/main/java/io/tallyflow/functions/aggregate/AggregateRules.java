package io.tallyflow.functions.aggregate;

import java.io.Serializable;
import java.time.Duration;

/**
 * When windows settle.
 *
 * @param allowedLateness how long after its end a window stays open, in event time
 * @param writeOpenWindowsAgain whether a start from state writes all open windows with its first
 *     commit; a rewind needs it, because it has deleted rows that are newer than its target
 */
public record AggregateRules(Duration allowedLateness, boolean writeOpenWindowsAgain)
        implements Serializable {

    /** 10 minutes. */
    public static AggregateRules defaults() {
        return new AggregateRules(Duration.ofMinutes(10), false);
    }
}
