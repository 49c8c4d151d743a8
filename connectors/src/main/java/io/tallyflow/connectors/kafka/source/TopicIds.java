package io.tallyflow.connectors.kafka.source;

import org.apache.kafka.common.Uuid;

/** Asks which topic it is that has the name now. */
interface TopicIds extends AutoCloseable {

    /**
     * The id that the brokers gave the topic when it was made.
     *
     * @return {@link Uuid#ZERO_UUID} from brokers that give none
     * @throws Exception if they did not say
     */
    Uuid ask() throws Exception;

    @Override
    void close();
}
