package io.tallyflow.connectors.kafka.source;

import java.io.Serializable;
import org.apache.kafka.common.Uuid;

/**
 * A topic, and what shows in Kafka's tools how far it is read.
 *
 * @param successor the topic that a start from state may go on in although the state has read from
 *     another one
 */
public record KafkaTopic(String name, Group group, Successor successor) implements Serializable {

    /** A topic that stands for itself. */
    public KafkaTopic(String name, Group group) {
        this(name, group, Successor.NONE);
    }

    /** A consumer group. It is for monitoring only; the ledger is the truth. */
    public record Group(String name) implements Serializable {}

    /**
     * A topic that holds the same records at the same offsets as the one that was read so far.
     *
     * @param id as Kafka writes it; empty for none
     */
    public record Successor(String id) implements Serializable {

        /** For a topic that stands for itself. */
        public static final Successor NONE = new Successor("");

        /**
         * @throws IllegalArgumentException if the id is none
         */
        public Successor {
            if (!id.isEmpty()) {
                Uuid.fromString(id);
            }
        }

        Uuid uuid() {
            return id.isEmpty() ? Uuid.ZERO_UUID : Uuid.fromString(id);
        }
    }
}
