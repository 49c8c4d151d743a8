package io.tallyflow.integration.clients;

import io.tallyflow.local.embedded.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Producers as there are some wherever many send, each to a partition that a test chooses. */
final class OddClients implements AutoCloseable {

    static final Instant YEAR_2100 = Instant.parse("2100-01-01T00:00:00Z");

    private static final long PACE_MILLIS = 200;
    private static final int GIVEN_UP_MILLIS = 1_000;

    private final String bootstrap;
    private final KafkaProducer<byte[], byte[]> plain;
    private final ScheduledExecutorService steady = Executors.newSingleThreadScheduledExecutor();

    OddClients(String bootstrap) {
        this.bootstrap = bootstrap;
        this.plain = producer(Map.of());
    }

    /** A whole event, at the time that it says. */
    void sendEvent(int partition, String id, Instant time) throws Exception {
        plain.send(record(partition, time, json(id, time))).get();
    }

    /** A transaction of so many events that is committed. */
    void commit(int partition, String id, Instant time, int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = begin("commits")) {
            sendAll(producer, partition, id, time, count);
            producer.commitTransaction();
        }
    }

    /** A transaction of so many events that is aborted. */
    void abort(int partition, String id, Instant time, int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = begin("aborts")) {
            sendAll(producer, partition, id, time, count);
            producer.abortTransaction();
        }
    }

    /** A transaction whose producer is gone, as if killed; the broker gives it up by and by. */
    void dieInTransaction(int partition, String id, Instant time, int count) throws Exception {
        KafkaProducer<byte[], byte[]> producer = begin("dies");
        sendAll(producer, partition, id, time, count);
        producer.close(Duration.ZERO);
    }

    /** What CloudEvents' SDK for Python sends, a retry topic, an agent; and two contradictions. */
    void sendUnusualHeaders(int partition, Instant time) throws Exception {
        List<Header> json = List.of(header("content-type", "application/json"));
        plain.send(record(partition, time, json("from-python", time), json)).get();
        plain.send(record(partition, time, "{\"id\":\"of-no-event\"}", json)).get();
        List<Header> twice = new ArrayList<>(binary("repeated"));
        twice.addAll(json);
        twice.addAll(binary("repeated"));
        twice.addAll(json);
        plain.send(record(partition, time, "{}", twice)).get();
        List<Header> agent = new ArrayList<>(binary("by-agent"));
        agent.add(header("ce_traceparent", "1"));
        agent.add(header("ce_traceparent", "2"));
        plain.send(record(partition, time, "{}", agent)).get();
        List<Header> two = new ArrayList<>(binary("one"));
        two.add(header("ce_id", "other"));
        plain.send(record(partition, time, "{}", two)).get();
    }

    /** Garbage, a stale event, an old one and one of 2100, the same ones again and again. */
    Future<?> pester(int partition, Instant start) {
        Instant old = start.minus(Duration.ofDays(20));
        Instant stale = start.minus(Duration.ofDays(40));
        return steady.scheduleWithFixedDelay(
                () -> {
                    plain.send(record(partition, Instant.now(), "garbage {"));
                    plain.send(record(partition, Instant.now(), json("old", old)));
                    plain.send(record(partition, Instant.now(), json("stale", stale)));
                    plain.send(record(partition, YEAR_2100, json("of-2100", YEAR_2100)));
                },
                0,
                PACE_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private KafkaProducer<byte[], byte[]> begin(String id) {
        KafkaProducer<byte[], byte[]> producer =
                producer(Map.of("transactional.id", id, "transaction.timeout.ms", GIVEN_UP_MILLIS));
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", bootstrap);
        settings.put("linger.ms", 5);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void sendAll(
            KafkaProducer<byte[], byte[]> producer,
            int partition,
            String id,
            Instant time,
            int count)
            throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(producer.send(record(partition, time, json(id + i, time))));
        }
        producer.flush();
        for (Future<RecordMetadata> one : sent) {
            one.get();
        }
    }

    private static ProducerRecord<byte[], byte[]> record(
            int partition, Instant kafkaTime, String value) {
        return record(partition, kafkaTime, value, List.of());
    }

    private static ProducerRecord<byte[], byte[]> record(
            int partition, Instant kafkaTime, String value, List<Header> headers) {
        return new ProducerRecord<>(
                Topics.EVENTS, partition, kafkaTime.toEpochMilli(), null, utf8(value), headers);
    }

    private static List<Header> binary(String id) {
        return List.of(
                header("ce_specversion", "1.0"),
                header("ce_type", "request"),
                header("ce_source", "odd"),
                header("ce_id", id),
                header("ce_subject", "u"));
    }

    private static String json(String id, Instant time) {
        return "{\"specversion\":\"1.0\",\"type\":\"request\",\"source\":\"odd\",\"subject\":\"u\","
                + "\"id\":\""
                + id
                + "\",\"time\":\""
                + time
                + "\"}";
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, utf8(value));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        steady.shutdownNow();
        plain.close();
    }
}
