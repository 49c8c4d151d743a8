package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.commit.StartRefusal;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
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
        try (Admin admin = Admin.create(RealEnds.kafka(options))) {
            return Objects.requireNonNull(
                            admin.describeTopics(List.of(topic))
                                    .allTopicNames()
                                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                    .get(topic),
                            topic)
                    .partitions()
                    .size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new IOException(
                        StartRefusal.TOPIC_MISSING.saying(
                                "Kafka at "
                                        + options.kafkaBootstrap()
                                        + " has no topic "
                                        + topic
                                        + ". Create it before the job starts."),
                        e);
            }
            throw new IOException("Kafka did not describe topic " + topic, e);
        } catch (TimeoutException e) {
            throw new IOException(
                    "Kafka at "
                            + options.kafkaBootstrap()
                            + " did not answer within "
                            + PATIENCE_SECONDS
                            + " s",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking Kafka for topic " + topic, e);
        }
    }
}
