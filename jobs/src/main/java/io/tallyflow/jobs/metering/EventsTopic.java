package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.kafka.KafkaTrouble;
import io.tallyflow.connectors.refusal.StartRefusal;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What must be known of the events' topic before the job is built, or taken back. */
public final class EventsTopic {

    private static final long PATIENCE_SECONDS = 30;

    private EventsTopic() {}

    /**
     * How many partitions the topic has.
     *
     * @throws IOException if the topic or the brokers are not there
     */
    static int partitions(MeteringOptions options) throws IOException {
        return ask(options, admin -> partitions(admin, options.eventsTopic()));
    }

    /**
     * The oldest offset that Kafka still has of each partition.
     *
     * @throws IOException if the topic or the brokers are not there
     */
    public static SortedMap<Integer, Long> firstOffsets(MeteringOptions options)
            throws IOException {
        return ask(options, admin -> firstOffsets(admin, options.eventsTopic()));
    }

    private interface Question<T> {
        T put(Admin admin) throws ExecutionException, TimeoutException, InterruptedException;
    }

    private static int partitions(Admin admin, String topic)
            throws ExecutionException, TimeoutException, InterruptedException {
        return Objects.requireNonNull(
                        admin.describeTopics(List.of(topic))
                                .allTopicNames()
                                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                .get(topic),
                        topic)
                .partitions()
                .size();
    }

    private static SortedMap<Integer, Long> firstOffsets(Admin admin, String topic)
            throws ExecutionException, TimeoutException, InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        int partitions = partitions(admin, topic);
        for (int partition = 0; partition < partitions; partition++) {
            wanted.put(new TopicPartition(topic, partition), OffsetSpec.earliest());
        }
        SortedMap<Integer, Long> first = new TreeMap<>();
        admin.listOffsets(wanted)
                .all()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .forEach((partition, found) -> first.put(partition.partition(), found.offset()));
        return first;
    }

    private static <T> T ask(MeteringOptions options, Question<T> question) throws IOException {
        String topic = options.eventsTopic();
        KafkaConnection kafka = options.kafka();
        try (Admin admin = Admin.create(kafka.properties())) {
            return question.put(admin);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new IOException(
                        StartRefusal.TOPIC_MISSING.saying(
                                "Kafka at "
                                        + kafka.bootstrap()
                                        + " has no topic "
                                        + topic
                                        + ". Create it before the job starts."),
                        e);
            }
            // Without the cause, whose words about a login may be words out of it.
            throw new IOException(KafkaTrouble.of(kafka, e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking Kafka for topic " + topic, e);
        }
    }
}
