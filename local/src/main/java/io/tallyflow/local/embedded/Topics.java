package io.tallyflow.local.embedded;

import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.kafka.KafkaTrouble;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics that metering needs, and their creation where they are missing. */
public final class Topics {

    /** Usage events come in here. */
    public static final String EVENTS = "usage.events";

    /** Late and stale events, one record each. */
    public static final String LATE = "usage.late";

    /** Rejected and conflicting records, one record each. */
    public static final String REJECTED = "usage.rejected";

    /** Partitions of {@link #EVENTS}; the other topics have one. */
    public static final int EVENT_PARTITIONS = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Topics() {}

    /**
     * Creates what is missing and waits until every partition has a leader. Topics that are there
     * are left as they are.
     *
     * @param limits settings of the Kafka client that the connection leaves open
     * @param replicas -1 for the broker's default
     * @throws ServerFailure if the broker does not answer or refuses
     */
    public static void ensure(KafkaConnection kafka, Map<String, String> limits, short replicas) {
        try (Admin admin = Admin.create(kafka.properties(limits))) {
            Set<String> known = admin.listTopics().names().get();
            create(admin, missing(known, replicas));
            awaitLeaders(admin);
            // The first question about a group creates the offsets topic; better now than under
            // the job, where it makes a page of warnings.
            admin.listConsumerGroupOffsets("tallyflow").partitionsToOffsetAndMetadata().get();
        } catch (ExecutionException | KafkaException e) {
            throw new ServerFailure(KafkaTrouble.of(kafka, e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerFailure(
                    "interrupted while waiting for Kafka at " + kafka.bootstrap(), e);
        }
    }

    private static List<NewTopic> missing(Set<String> known, short replicas) {
        return List.of(
                        new NewTopic(EVENTS, EVENT_PARTITIONS, replicas),
                        new NewTopic(LATE, 1, replicas),
                        new NewTopic(REJECTED, 1, replicas))
                .stream()
                .filter(topic -> !known.contains(topic.name()))
                .map(topic -> topic.configs(keepsEverything()))
                .collect(Collectors.toList());
    }

    private static Map<String, String> keepsEverything() {
        return Map.of(
                "cleanup.policy", "delete",
                "retention.ms", "-1",
                "retention.bytes", "-1",
                "message.timestamp.type", "CreateTime",
                "message.timestamp.before.max.ms", Long.toString(Long.MAX_VALUE),
                "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE),
                "max.message.bytes", Integer.toString(EmbeddedKafka.MAX_MESSAGE_BYTES));
    }

    private static void create(Admin admin, List<NewTopic> topics)
            throws ExecutionException, InterruptedException {
        for (var created : admin.createTopics(topics).values().values()) {
            try {
                created.get();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
    }

    private static void awaitLeaders(Admin admin) throws ExecutionException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!allLed(admin)) {
            if (System.nanoTime() - deadline > 0) {
                throw new ServerFailure(
                        "Kafka's topics have no leader after " + PATIENCE.toSeconds() + " s");
            }
            Thread.sleep(50);
        }
    }

    private static boolean allLed(Admin admin) throws ExecutionException, InterruptedException {
        try {
            return admin
                    .describeTopics(List.of(EVENTS, LATE, REJECTED))
                    .allTopicNames()
                    .get()
                    .values()
                    .stream()
                    .allMatch(Topics::isLed);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw e;
        }
    }

    private static boolean isLed(TopicDescription topic) {
        return topic.partitions().stream()
                .allMatch(partition -> partition.leader() != null && !partition.leader().isEmpty());
    }
}
