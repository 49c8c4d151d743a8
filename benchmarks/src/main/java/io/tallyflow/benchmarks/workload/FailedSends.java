package io.tallyflow.benchmarks.workload;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Hears from the producer's thread whether a record was not taken, and tells the sender's. */
final class FailedSends implements Callback {

    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception problem) {
        if (problem != null) {
            failure.compareAndSet(null, problem);
        }
    }

    /**
     * @throws IllegalStateException if one was not
     */
    void requireNone() {
        Exception problem = failure.get();
        if (problem != null) {
            throw new IllegalStateException(
                    "Kafka did not take a record: " + problem.getMessage(), problem);
        }
    }
}
