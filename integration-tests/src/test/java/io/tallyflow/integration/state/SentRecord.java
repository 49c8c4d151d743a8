package io.tallyflow.integration.state;

import io.tallyflow.local.embedded.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record of the events topic as a line of a file, its parts divided by tabs.
 *
 * @param part of the stream that it is sent with
 * @param timeMillis its Kafka timestamp
 * @param value the event, without tabs; null for a tombstone
 */
record SentRecord(String part, int partition, long timeMillis, String key, @Nullable String value) {

    static SentRecord ofLine(String line) {
        String[] parts = line.split("\t", -1);
        return new SentRecord(
                parts[0],
                Integer.parseInt(parts[1]),
                Long.parseLong(parts[2]),
                parts[3],
                parts[4].isEmpty() ? null : parts[4]);
    }

    String line() {
        return String.join(
                "\t",
                List.of(
                        part,
                        Integer.toString(partition),
                        Long.toString(timeMillis),
                        key,
                        value == null ? "" : value));
    }

    ProducerRecord<byte[], byte[]> toSend() {
        return new ProducerRecord<>(
                Topics.EVENTS,
                partition,
                timeMillis,
                key.getBytes(StandardCharsets.UTF_8),
                value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }
}
