package io.tallyflow.connectors.kafka;

import io.tallyflow.schemas.event.ImportMark;
import io.tallyflow.schemas.event.RecordHeader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends events to their topic, no faster than it is told to. After a failure it sends no more:
 * whoever sends again what may be there already relies on the stream to tell copies. For one
 * thread.
 */
public final class EventSender implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 120_000;
    private static final int LINGER_MILLIS = 5;
    private static final int BATCH_BYTES = 64 * 1024;

    private final KafkaConnection kafka;
    private final String topic;
    private final Pace pace;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();

    private EventSender(
            KafkaConnection kafka,
            String topic,
            long perSecond,
            KafkaProducer<byte[], byte[]> producer) {
        this.kafka = kafka;
        this.topic = topic;
        this.pace = new Pace(perSecond);
        this.producer = producer;
    }

    /**
     * A sender to a topic that is there.
     *
     * @param perSecond events per second; 0 for as many as the brokers take
     * @throws IOException if the topic or the brokers are not there
     */
    public static EventSender to(KafkaConnection kafka, String topic, long perSecond)
            throws IOException {
        new EventsTopic(kafka, topic).partitions();
        try {
            return new EventSender(
                    kafka, topic, perSecond, new KafkaProducer<>(settings(kafka.properties())));
        } catch (KafkaException e) {
            throw trouble(kafka, e);
        }
    }

    private static Map<String, Object> settings(Map<Object, Object> connection) {
        Map<String, Object> all = new HashMap<>();
        connection.forEach((name, value) -> all.put((String) name, value));
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
        all.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MILLIS);
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        return all;
    }

    /**
     * Sends an event, or waits until it may.
     *
     * @throws IOException if this or an earlier one was not taken
     */
    public void send(EventRecord record) throws IOException {
        send(record, List.of(), metadata -> {});
    }

    /**
     * Sends an event of an import, or waits until it may.
     *
     * @throws IOException if this or an earlier one was not taken, or got a Kafka timestamp at
     *     which its mark means nothing
     */
    public void send(EventRecord record, ImportMark mark) throws IOException {
        send(record, List.of(mark.header()), metadata -> check(mark, metadata));
    }

    private void send(
            EventRecord record, List<RecordHeader> more, Consumer<RecordMetadata> acknowledged)
            throws IOException {
        try {
            pace.await();
            ProducerRecord<byte[], byte[]> sent =
                    new ProducerRecord<>(
                            topic,
                            record.subject().getBytes(StandardCharsets.UTF_8),
                            record.value());
            record.headers().forEach(header -> sent.headers().add(header.name(), header.value()));
            more.forEach(header -> sent.headers().add(header.name(), header.value()));
            producer.send(
                    sent,
                    (metadata, error) -> {
                        if (error != null) {
                            failure.compareAndSet(null, trouble(kafka, error));
                        } else {
                            acknowledged.accept(metadata);
                        }
                    });
        } catch (KafkaException e) {
            throw trouble(kafka, e);
        }
        failIfAnyFailed();
    }

    private void check(ImportMark mark, RecordMetadata metadata) {
        if (!mark.holdsAt(metadata.timestamp())) {
            failure.compareAndSet(
                    null,
                    new IOException(
                            "a record got the Kafka timestamp "
                                    + Instant.ofEpochMilli(metadata.timestamp())
                                    + ", which is not within a day before "
                                    + mark.until()
                                    + ": the clock of a broker, or of this machine, is wrong"));
        }
    }

    /**
     * Returns when the brokers have taken all that was sent.
     *
     * @throws IOException if one was not taken
     */
    public void flush() throws IOException {
        try {
            producer.flush();
        } catch (KafkaException e) {
            throw trouble(kafka, e);
        }
        failIfAnyFailed();
    }

    private void failIfAnyFailed() throws IOException {
        IOException first = failure.get();
        if (first != null) {
            throw first;
        }
    }

    /** Without the cause: what it says is said, and it may quote a login. */
    private static IOException trouble(KafkaConnection kafka, Exception failed) {
        return failed instanceof InterruptException
                ? new InterruptedIOException("interrupted while sending to Kafka")
                : new IOException(KafkaTrouble.of(kafka, failed));
    }

    /** Gives up what is not acknowledged yet. */
    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
