package io.tallyflow.connectors.kafka;

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
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What must be known of the events' topic before the job is built, or taken back. Each answer is
 * asked for anew, and waited for up to 30 seconds.
 *
 * @param kafka the brokers that hold it
 * @param name of the topic
 */
public record EventsTopic(KafkaConnection kafka, String name) {

    private static final long PATIENCE_SECONDS = 30;

    /** As long, or closing the client would wait for what is still asked. */
    private static final Map<String, String> LIMITS =
            Map.of(
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    Long.toString(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS)));

    /**
     * How many partitions the topic has.
     *
     * @throws IOException if the topic or the brokers are not there
     */
    public int partitions() throws IOException {
        return ask(this::partitions);
    }

    /**
     * The oldest offset that Kafka still has of each partition.
     *
     * @throws IOException if the topic or the brokers are not there
     */
    public SortedMap<Integer, Long> firstOffsets() throws IOException {
        return ask(this::firstOffsets);
    }

    private interface Question<T> {
        T put(Admin admin) throws ExecutionException, TimeoutException, InterruptedException;
    }

    private int partitions(Admin admin)
            throws ExecutionException, TimeoutException, InterruptedException {
        return Objects.requireNonNull(
                        admin.describeTopics(List.of(name))
                                .allTopicNames()
                                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                .get(name),
                        name)
                .partitions()
                .size();
    }

    private SortedMap<Integer, Long> firstOffsets(Admin admin)
            throws ExecutionException, TimeoutException, InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        int partitions = partitions(admin);
        for (int partition = 0; partition < partitions; partition++) {
            wanted.put(new TopicPartition(name, partition), OffsetSpec.earliest());
        }
        SortedMap<Integer, Long> first = new TreeMap<>();
        admin.listOffsets(wanted)
                .all()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .forEach((partition, found) -> first.put(partition.partition(), found.offset()));
        return first;
    }

    private <T> T ask(Question<T> question) throws IOException {
        try (Admin admin = Admin.create(kafka.properties(LIMITS))) {
            return question.put(admin);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw trouble(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking Kafka for topic " + name, e);
        }
    }

    private IOException trouble(Exception failure) {
        if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
            return new IOException(
                    StartRefusal.TOPIC_MISSING.saying(
                            "Kafka at "
                                    + kafka.bootstrap()
                                    + " has no topic "
                                    + name
                                    + ". Create it before the job starts."),
                    failure);
        }
        // Without the cause, whose words about a login may be words out of it.
        return new IOException(KafkaTrouble.of(kafka, failure));
    }
}
