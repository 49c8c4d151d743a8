package io.tallyflow.connectors.kafka.source;

import io.tallyflow.connectors.refusal.StartRefusal;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.apache.kafka.common.Uuid;

/**
 * The topic is not the one that the state has read from. Its records stand at offsets that the
 * state takes for read, so going on would leave usage out: the job fails for good.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class TopicReplacedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TopicReplacedException(String topic, Uuid read, Uuid found) {
        super(
                StartRefusal.TOPIC_REPLACED.saying(
                        "Kafka's topic "
                                + topic
                                + " has the id "
                                + found
                                + ", and this state has read from the one with the id "
                                + read
                                + ": it was deleted and made again, or the brokers are others."
                                + " Nothing was skipped."));
    }
}
