package io.tallyflow.connectors.kafka.source;

import org.apache.kafka.common.Uuid;

/**
 * Which topic the offsets in state belong to. A topic that was deleted and made again has the same
 * name and another id: its offsets mean other records, and nothing else would tell.
 */
final class SameTopic {

    private final String name;
    private final Uuid successor;
    private Uuid id;

    /**
     * @param id as of the state; {@link Uuid#ZERO_UUID} if it is not known
     */
    SameTopic(KafkaTopic topic, Uuid id) {
        this.name = topic.name();
        this.successor = topic.successor().uuid();
        this.id = id;
    }

    Uuid id() {
        return id;
    }

    /**
     * The brokers said which topic has the name now.
     *
     * @throws TopicReplacedException if it is another one
     */
    void heed(Uuid now) {
        if (id.equals(Uuid.ZERO_UUID) || now.equals(successor) && !now.equals(Uuid.ZERO_UUID)) {
            id = now;
        } else if (!now.equals(Uuid.ZERO_UUID) && !now.equals(id)) {
            throw new TopicReplacedException(name, id, now);
        }
    }
}
