package io.tallyflow.jobs.metering;

/**
 * A start that nothing spoke against, and what was learnt on the way: all that the graph is built
 * from. Comes from {@link MeteringJob#check}.
 *
 * @param partitions of the events' topic
 */
public record CheckedStart(MeteringOptions options, MeteringRules rules, int partitions) {

    /** How many subtasks read: one without a partition would hold every window open. */
    int readers(int parallelism) {
        return Math.min(parallelism, partitions);
    }
}
