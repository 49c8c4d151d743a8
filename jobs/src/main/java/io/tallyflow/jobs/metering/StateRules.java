package io.tallyflow.jobs.metering;

import io.tallyflow.functions.memory.WorkingMemory;
import java.time.Duration;

/**
 * What the job remembers, and how much of it. Each time and number has a type of its own.
 *
 * @param workingMemory of one subtask
 */
public record StateRules(
        DedupeHorizon dedupeHorizon,
        StateKept stateKept,
        SubjectShards subjectShards,
        MostGroups mostGroups,
        WorkingMemory workingMemory) {

    /** How old an event may be, against its Kafka timestamp, and still count. */
    public record DedupeHorizon(Duration time) {}

    /** How long the job may stand still before a start from state is refused; zero never does. */
    public record StateKept(Duration time) {}

    /** Over how many workers the events of one subject are spread. */
    public record SubjectShards(int number) {}

    /** Groups that a meter and subject may have in one window. */
    public record MostGroups(int number) {}
}
