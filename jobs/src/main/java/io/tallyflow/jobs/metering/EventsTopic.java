package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.kafka.KafkaTrouble;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What must be known of the events' topic before the job is built. */
final class EventsTopic {

    private static final long PATIENCE_SECONDS = 30;

    private EventsTopic() {}

    /**
     * How many partitions the topic has.
     *
     * @throws IOException if the topic or the brokers are not there
     */
    static int partitions(MeteringOptions options) throws IOException {
        String topic = options.eventsTopic();
        KafkaConnection kafka = options.kafka();
        try (Admin admin = Admin.create(kafka.properties())) {
            return Objects.requireNonNull(
                            admin.describeTopics(List.of(topic))
                                    .allTopicNames()
                                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                    .get(topic),
                            topic)
                    .partitions()
                    .size();
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new IOException(
                        "Kafka has no topic " + topic + ": create it before the job starts", e);
            }
            // Without the cause, whose words about a login may be words out of it.
            throw new IOException(KafkaTrouble.of(kafka, e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking Kafka for topic " + topic, e);
        }
    }
}
