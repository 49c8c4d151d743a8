package io.tallyflow.results.status;

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
     * @param readableUpTo where a transaction is open; otherwise the end
     * @param emptyFrom from where on it is known to hold no record that the job could be handed:
     *     what is left takes offsets for transactions only
     */
    public record Range(long start, long end, long readableUpTo, long emptyFrom) {

        /** With nothing known of what lies before the end. */
        public Range(long start, long end, long readableUpTo) {
            this(start, end, readableUpTo, end);
        }

        /**
         * What a pipeline reads next.
         *
         * @param committed the next offset by its last commit; null for a partition that no commit
         *     names yet, which is read from its beginning
         */
        public long firstUnread(@Nullable Long committed) {
            return committed == null ? start : committed;
        }

        /** The same, known to be empty from there on as well. */
        Range emptyFrom(long offset) {
            return new Range(start, end, readableUpTo, Math.min(emptyFrom, offset));
        }
    }

    /** Nothing is known. */
    public static TopicEnds unknown(String problem) {
        return new TopicEnds(new TreeMap<>(), problem);
    }
}
