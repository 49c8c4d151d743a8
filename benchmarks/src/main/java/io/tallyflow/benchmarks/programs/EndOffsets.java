package io.tallyflow.benchmarks.programs;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** Where a topic ends. */
final class EndOffsets {

    private EndOffsets() {}

    /** The next offset of each partition. */
    static Map<TopicPartition, Long> of(Admin admin, String topic)
            throws ExecutionException, InterruptedException {
        TopicDescription description =
                Objects.requireNonNull(
                        admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
        Map<TopicPartition, OffsetSpec> latest =
                description.partitions().stream()
                        .collect(
                                Collectors.toMap(
                                        partition ->
                                                new TopicPartition(topic, partition.partition()),
                                        partition -> OffsetSpec.latest()));
        return admin.listOffsets(latest).all().get().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
    }
}
