package io.tallyflow.results.status;

import static org.apache.kafka.common.IsolationLevel.READ_COMMITTED;
import static org.apache.kafka.common.IsolationLevel.READ_UNCOMMITTED;

import io.tallyflow.connectors.kafka.CommittedRecords;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.kafka.KafkaTrouble;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;

/** Asks Kafka how far the topic of usage events reaches, again and again if need be. */
public final class TopicWatch implements AutoCloseable {

    private static final Map<String, String> IMPATIENT =
            Map.of(
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "5000",
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "3000");

    private final @Nullable KafkaConnection kafka;
    private final String name;

    /** For what the offsets of a status do not tell. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private @Nullable Admin admin;
    private @Nullable CommittedRecords records;

    /**
     * Does not connect yet.
     *
     * @param kafka null if it is not known
     * @param topic its name
     */
    public TopicWatch(@Nullable KafkaConnection kafka, String topic) {
        this.kafka = kafka;
        this.name = topic;
    }

    /** Whether there is a Kafka to ask. */
    public boolean isAsked() {
        return kafka != null;
    }

    /** As it is now, or why that is not known; waits for some seconds at most. */
    public TopicEnds look() {
        return look(List.of());
    }

    /** Likewise, and whether anything is left to read for these pipelines. */
    public TopicEnds look(List<PipelineStatus> pipelines) {
        if (kafka == null) {
            return TopicEnds.unknown("not asked: name it with --kafka-bootstrap");
        }
        try {
            TreeMap<Integer, TopicEnds.Range> ranges = ranges(admin(kafka));
            for (PipelineStatus pipeline : pipelines) {
                lookWhatIsLeft(pipeline, ranges, records(kafka));
            }
            return new TopicEnds(ranges, null);
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
        if (records != null) {
            records.close();
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

    private CommittedRecords records(KafkaConnection brokers) {
        CommittedRecords open = records;
        if (open == null) {
            open = new CommittedRecords(brokers.properties(IMPATIENT));
            records = open;
        }
        return open;
    }

    /** Who may not read the topic sees what offsets tell. */
    private void lookWhatIsLeft(
            PipelineStatus pipeline,
            Map<Integer, TopicEnds.Range> ranges,
            CommittedRecords records) {
        Map<TopicPartition, CommittedRecords.Stretch> left = new HashMap<>();
        ranges.forEach(
                (number, range) -> {
                    long from = range.firstUnread(pipeline.offsets().get(number));
                    if (from < range.end() && range.readableUpTo() == range.end()) {
                        left.put(
                                new TopicPartition(name, number),
                                new CommittedRecords.Stretch(from, range.end()));
                    }
                });
        try {
            for (TopicPartition empty : records.empty(left, LOOK)) {
                long from = Objects.requireNonNull(left.get(empty)).from();
                ranges.computeIfPresent(
                        empty.partition(), (number, range) -> range.emptyFrom(from));
            }
        } catch (AuthorizationException e) {
            // What is left counts as records.
        }
    }

    private TreeMap<Integer, TopicEnds.Range> ranges(Admin admin)
            throws ExecutionException, InterruptedException {
        TopicDescription topic =
                Objects.requireNonNull(
                        admin.describeTopics(List.of(name)).allTopicNames().get().get(name));
        TreeMap<Integer, TopicEnds.Range> ranges = new TreeMap<>();
        var starts = offsets(admin, topic, OffsetSpec.earliest(), READ_UNCOMMITTED);
        var ends = offsets(admin, topic, OffsetSpec.latest(), READ_UNCOMMITTED);
        var stable = offsets(admin, topic, OffsetSpec.latest(), READ_COMMITTED);
        for (TopicPartition partition : ends.keySet()) {
            ranges.put(
                    partition.partition(),
                    new TopicEnds.Range(
                            Objects.requireNonNull(starts.get(partition)).offset(),
                            Objects.requireNonNull(ends.get(partition)).offset(),
                            Objects.requireNonNull(stable.get(partition)).offset()));
        }
        return ranges;
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> offsets(
            Admin admin, TopicDescription topic, OffsetSpec which, IsolationLevel isolation)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        topic.partitions()
                .forEach(p -> specs.put(new TopicPartition(topic.name(), p.partition()), which));
        KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> all =
                admin.listOffsets(specs, new ListOffsetsOptions(isolation)).all();
        return all.get();
    }
}
