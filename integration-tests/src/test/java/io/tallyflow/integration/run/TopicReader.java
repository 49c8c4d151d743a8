package io.tallyflow.integration.run;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what is in a topic at this moment. */
public final class TopicReader {

    private TopicReader() {}

    /**
     * A record that the job wrote.
     *
     * @param key {@code topic-partition-offset} of the record it is about
     */
    public record Entry(String key, String value) {}

    /** The next offset of every partition. */
    public static Map<Integer, Long> ends(String bootstrap, String topic) {
        return ends(at(bootstrap), topic);
    }

    /** Likewise, before the first record of a transaction that is still open. */
    public static Map<Integer, Long> stableEnds(String bootstrap, String topic) {
        Properties connection = at(bootstrap);
        connection.setProperty("isolation.level", "read_committed");
        return ends(connection, topic);
    }

    /** Likewise, as a client with these properties. */
    public static Map<Integer, Long> ends(Properties connection, String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(connection)) {
            Map<Integer, Long> ends = new TreeMap<>();
            consumer.endOffsets(partitions(consumer, topic))
                    .forEach((partition, end) -> ends.put(partition.partition(), end));
            return ends;
        }
    }

    /** Everything from the beginning to the end as it is now. */
    public static List<Entry> all(String bootstrap, String topic) {
        List<Entry> entries = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(at(bootstrap))) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    entries.add(new Entry(text(record.key()), text(record.value())));
                }
            }
        }
        return entries;
    }

    private static Properties at(String bootstrap) {
        Properties connection = new Properties();
        connection.setProperty("bootstrap.servers", bootstrap);
        return connection;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Properties connection) {
        return new KafkaConsumer<>(
                connection, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static List<TopicPartition> partitions(
            KafkaConsumer<byte[], byte[]> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
