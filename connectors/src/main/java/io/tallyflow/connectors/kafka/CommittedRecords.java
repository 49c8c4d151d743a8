package io.tallyflow.connectors.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a stretch of a partition holds any record for those who read what is committed.
 * Offsets alone do not tell: transaction markers and the records of aborted transactions take
 * offsets too, and nobody is ever handed them.
 *
 * <p>What was looked at is remembered, because it cannot change: a long tail of aborted records is
 * gone through once, over as many looks as it takes. Uses a consumer of its own that belongs to no
 * group. Confined to one thread.
 */
public final class CommittedRecords implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final String FETCH_BYTES = Integer.toString(256 * 1024);

    private final Properties properties = new Properties();
    private final Map<TopicPartition, Searched> searched = new HashMap<>();
    private @Nullable KafkaConsumer<byte[], byte[]> consumer;

    /**
     * Connects when there is something to look at.
     *
     * @param connection Kafka client properties, {@code bootstrap.servers} among them
     */
    public CommittedRecords(Properties connection) {
        properties.putAll(connection);
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.CLIENT_ID_CONFIG);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
    }

    /**
     * Offsets of a partition, of which none belongs to a transaction that is still open.
     *
     * @param to exclusive
     */
    public record Stretch(long from, long to) {}

    /**
     * What was found in a partition.
     *
     * @param to up to there, exclusive, is no record
     * @param record whether there is one at {@code to}
     */
    private record Searched(long from, long to, boolean record) {
        boolean covers(long offset) {
            return from <= offset && offset <= to;
        }
    }

    /**
     * Which of the stretches hold no record. One that was not gone through in time is taken to hold
     * some; the next look goes on where this one ended.
     *
     * @throws org.apache.kafka.common.KafkaException if the brokers do not let it look
     */
    public Set<TopicPartition> empty(Map<TopicPartition, Stretch> stretches, Duration patience) {
        Set<TopicPartition> empty = new HashSet<>();
        Map<TopicPartition, Stretch> open = new HashMap<>();
        stretches.forEach(
                (partition, stretch) -> {
                    Searched known = known(partition, stretch.from());
                    if (known.to() >= stretch.to()) {
                        empty.add(partition);
                    } else if (!known.record()) {
                        searched.put(partition, known);
                        open.put(partition, new Stretch(known.to(), stretch.to()));
                    }
                });
        if (!open.isEmpty()) {
            goThrough(open, empty, System.nanoTime() + patience.toNanos());
        }
        return empty;
    }

    private Searched known(TopicPartition partition, long from) {
        Searched before = searched.get(partition);
        return before != null && before.covers(from) ? before : new Searched(from, from, false);
    }

    private void goThrough(
            Map<TopicPartition, Stretch> open, Set<TopicPartition> empty, long deadlineNanos) {
        KafkaConsumer<byte[], byte[]> looking = consumer();
        try {
            looking.assign(open.keySet());
            open.forEach((partition, stretch) -> looking.seek(partition, stretch.from()));
            while (!open.isEmpty() && System.nanoTime() - deadlineNanos < 0) {
                if (decide(looking, open, empty)) {
                    looking.assign(open.keySet());
                }
            }
        } finally {
            looking.unsubscribe();
        }
    }

    /** Looks a bit further; whether any partition needs no more looking. */
    private boolean decide(
            KafkaConsumer<byte[], byte[]> looking,
            Map<TopicPartition, Stretch> open,
            Set<TopicPartition> empty) {
        ConsumerRecords<byte[], byte[]> found;
        try {
            found = looking.poll(POLL);
        } catch (InvalidOffsetException e) {
            // Whoever reads there will say so.
            return open.keySet().removeAll(e.partitions());
        }
        int before = open.size();
        for (var left = open.entrySet().iterator(); left.hasNext(); ) {
            Map.Entry<TopicPartition, Stretch> one = left.next();
            TopicPartition partition = one.getKey();
            List<ConsumerRecord<byte[], byte[]>> records = found.records(partition);
            boolean record = !records.isEmpty();
            long upTo = record ? records.get(0).offset() : looking.position(partition, PATIENCE);
            searched.computeIfPresent(
                    partition, (p, past) -> new Searched(past.from(), upTo, record));
            boolean nothing = upTo >= one.getValue().to();
            if (nothing) {
                empty.add(partition);
            }
            if (nothing || record) {
                left.remove();
            }
        }
        return open.size() < before;
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        KafkaConsumer<byte[], byte[]> open = consumer;
        if (open == null) {
            open =
                    new KafkaConsumer<>(
                            properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            consumer = open;
        }
        return open;
    }

    @Override
    public void close() {
        if (consumer != null) {
            consumer.close(Duration.ZERO);
        }
    }
}
