package io.tallyflow.connectors.kafka.source;

import java.io.Serializable;
import org.apache.kafka.common.Uuid;

/**
 * A topic, and the consumer group that shows in Kafka's tools how far it is read. The group is for
 * monitoring only; the ledger is the truth.
 *
 * @param successorId the id of the topic that a start from state may go on in although the state
 *     has read from another one, because it holds the same records at the same offsets; as Kafka
 *     writes it, empty for none
 */
public record KafkaTopic(String name, String group, String successorId) implements Serializable {

    /**
     * @throws IllegalArgumentException if the id is none
     */
    public KafkaTopic {
        if (!successorId.isEmpty()) {
            Uuid.fromString(successorId);
        }
    }

    /** A topic that stands for itself. */
    public KafkaTopic(String name, String group) {
        this(name, group, "");
    }

    Uuid successor() {
        return successorId.isEmpty() ? Uuid.ZERO_UUID : Uuid.fromString(successorId);
    }
}
