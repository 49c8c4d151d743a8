package io.tallyflow.connectors.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a real broker, with a consumer of its own that belongs to no group.
 *
 * <p>The consumer reads uncommitted: records of a transaction that is still open must hold the
 * watermark as well. A partition may end in transaction markers, which no reader is ever handed;
 * where the end lies beyond the next offset, one look tells whether anything but markers is there.
 */
final class BrokerPartitionEnds implements PartitionEnds {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerPartitionEnds.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;

    BrokerPartitionEnds(String topic, Properties connection) {
        this.topic = topic;
        Properties properties = new Properties();
        properties.putAll(connection);
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.CLIENT_ID_CONFIG);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1");
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, "1024");
        this.consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Map<Integer, Long> emptyFrom(Map<Integer, Long> nextOffsets) {
        Map<Integer, Long> result = new HashMap<>();
        try {
            Map<TopicPartition, Long> next = new HashMap<>();
            nextOffsets.forEach(
                    (partition, offset) -> next.put(new TopicPartition(topic, partition), offset));
            Map<TopicPartition, Long> ends = consumer.endOffsets(next.keySet(), PATIENCE);
            next.forEach(
                    (partition, offset) -> {
                        Long end = ends.get(partition);
                        if (end != null) {
                            boolean atEnd = end <= offset || onlyMarkers(partition, offset, end);
                            result.put(partition.partition(), atEnd ? offset : end);
                        }
                    });
        } catch (KafkaException e) {
            LOG.debug("The broker did not say where {} ends; the watermark holds", topic, e);
        }
        return result;
    }

    private boolean onlyMarkers(TopicPartition partition, long next, long end) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, next);
        boolean empty = consumer.poll(LOOK).isEmpty();
        boolean passed = empty && consumer.position(partition, PATIENCE) >= end;
        consumer.unsubscribe();
        return passed;
    }

    @Override
    public void close() {
        consumer.close(Duration.ZERO);
    }
}
