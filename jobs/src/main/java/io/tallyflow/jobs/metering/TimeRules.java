package io.tallyflow.jobs.metering;

import java.time.Duration;

/** How event time goes on. Each time has a type of its own, so that none stands for another. */
public record TimeRules(
        OutOfOrderness outOfOrderness, AllowedLateness allowedLateness, IdleAfter idleAfter) {

    /** How far events of a partition may be out of order. */
    public record OutOfOrderness(Duration time) {}

    /** How long after its end a window takes readings. */
    public record AllowedLateness(Duration time) {}

    /** How long a partition must have been read to its end before the clock is followed. */
    public record IdleAfter(Duration time) {}
}
