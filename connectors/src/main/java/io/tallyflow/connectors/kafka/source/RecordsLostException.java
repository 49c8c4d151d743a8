package io.tallyflow.connectors.kafka.source;

import io.tallyflow.connectors.refusal.StartRefusal;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.apache.kafka.common.TopicPartition;

/**
 * The broker no longer has records that come next in a partition. No restart brings them back and
 * going on would leave usage out, so the job fails for good.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class RecordsLostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RecordsLostException(Map<TopicPartition, Long> nextOffsets) {
        super(
                StartRefusal.RECORDS_LOST.saying(
                        "Kafka does not have the records that come next: "
                                + nextOffsets.entrySet().stream()
                                        .map(next -> next.getKey() + " from " + next.getValue())
                                        .sorted()
                                        .collect(Collectors.joining(", "))
                                + ". They were deleted before they were read, or the topic is not"
                                + " the one that this state has read from. Nothing was skipped."));
    }
}
