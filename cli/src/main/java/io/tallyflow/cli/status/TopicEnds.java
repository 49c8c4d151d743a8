package io.tallyflow.cli.status;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What Kafka holds of the topic of usage events.
 *
 * @param partitions by number; empty if Kafka was not asked or did not answer
 * @param problem why there are none, one line for people; null if there are
 */
public record TopicEnds(SortedMap<Integer, Range> partitions, @Nullable String problem) {

    /**
     * Offsets that a partition holds.
     *
     * @param start of the oldest record that is kept
     * @param end of the next record to be written
     */
    public record Range(long start, long end) {}

    /** Nothing is known. */
    public static TopicEnds unknown(String problem) {
        return new TopicEnds(new TreeMap<>(), problem);
    }
}
