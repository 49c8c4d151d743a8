package io.tallyflow.integration.spine;

import io.tallyflow.integration.protocol.UsageLog;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.schemas.event.ConsumedRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes a log to the topic of usage events, each record to its partition. */
public final class UsageLogSender {

    private UsageLogSender() {}

    /** Writes all of it. */
    public static void sendAll(Properties connection, UsageLog log) throws Exception {
        send(connection, log, new long[log.partitions()], 1, 1);
    }

    /** Writes so many parts of it, and returns the offsets after them. */
    public static long[] send(Properties connection, UsageLog log, long[] from, int part, int parts)
            throws Exception {
        Properties client = new Properties();
        client.putAll(connection);
        client.setProperty("acks", "all");
        long[] next = from.clone();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int p = 0; p < next.length; p++) {
                long end = log.partition(p).size() * (long) part / parts;
                for (; next[p] < end; next[p]++) {
                    var record = log.partition(p).get((int) next[p]).record();
                    sent.add(
                            producer.send(
                                    new ProducerRecord<>(
                                            Topics.EVENTS,
                                            p,
                                            record.kafkaTimeMillis(),
                                            null,
                                            record.value(),
                                            headers(record))));
                }
            }
            for (Future<RecordMetadata> answer : sent) {
                answer.get();
            }
        }
        return next;
    }

    private static Headers headers(ConsumedRecord record) {
        RecordHeaders headers = new RecordHeaders();
        record.headers().forEach(header -> headers.add(header.name(), header.value()));
        return headers;
    }
}
