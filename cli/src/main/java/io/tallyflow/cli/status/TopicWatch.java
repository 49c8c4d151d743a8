package io.tallyflow.cli.status;

import io.tallyflow.cli.embedded.Topics;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.kafka.KafkaTrouble;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Asks Kafka how far the topic of usage events reaches, again and again if need be. */
public final class TopicWatch implements AutoCloseable {

    private static final Map<String, String> IMPATIENT =
            Map.of(
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "5000",
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "3000");

    private final @Nullable KafkaConnection kafka;
    private @Nullable Admin admin;

    /**
     * Does not connect yet.
     *
     * @param kafka null if it is not known
     */
    public TopicWatch(@Nullable KafkaConnection kafka) {
        this.kafka = kafka;
    }

    /** Whether there is a Kafka to ask. */
    public boolean isAsked() {
        return kafka != null;
    }

    /** As it is now, or why that is not known; waits for some seconds at most. */
    public TopicEnds look() {
        if (kafka == null) {
            return TopicEnds.unknown("not asked: name it with --kafka-bootstrap");
        }
        try {
            return ends(admin(kafka));
        } catch (ExecutionException | KafkaException e) {
            return TopicEnds.unknown(KafkaTrouble.of(kafka, e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return TopicEnds.unknown("Kafka at " + kafka.bootstrap() + " was not waited for");
        }
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close();
        }
    }

    private Admin admin(KafkaConnection brokers) {
        Admin open = admin;
        if (open == null) {
            open = Admin.create(brokers.properties(IMPATIENT));
            admin = open;
        }
        return open;
    }

    private static TopicEnds ends(Admin admin) throws ExecutionException, InterruptedException {
        TopicDescription topic =
                Objects.requireNonNull(
                        admin.describeTopics(List.of(Topics.EVENTS))
                                .allTopicNames()
                                .get()
                                .get(Topics.EVENTS));
        TreeMap<Integer, TopicEnds.Range> ranges = new TreeMap<>();
        var starts = offsets(admin, topic, OffsetSpec.earliest());
        var ends = offsets(admin, topic, OffsetSpec.latest());
        for (TopicPartition partition : ends.keySet()) {
            ranges.put(
                    partition.partition(),
                    new TopicEnds.Range(
                            Objects.requireNonNull(starts.get(partition)).offset(),
                            Objects.requireNonNull(ends.get(partition)).offset()));
        }
        return new TopicEnds(ranges, null);
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> offsets(
            Admin admin, TopicDescription topic, OffsetSpec which)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        topic.partitions()
                .forEach(p -> asked.put(new TopicPartition(topic.name(), p.partition()), which));
        KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> all =
                admin.listOffsets(asked).all();
        return all.get();
    }
}
