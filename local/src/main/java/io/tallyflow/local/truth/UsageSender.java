package io.tallyflow.local.truth;

import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.kafka.Pace;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a run of generated usage to a topic that nobody else writes to: every record once and in
 * order, whatever happens to the broker, so that the n-th record of a partition has offset n.
 *
 * <p>The producer's idempotence does the work as long as it lives. When it gives up, or when a new
 * sender takes over from one that was killed, the log itself says how far it is: the records below
 * its end offsets are skipped. That the two agree is checked with every acknowledgement.
 */
public final class UsageSender implements AutoCloseable {

    private static final Duration PRODUCER_PATIENCE = Duration.ofSeconds(120);
    private static final int ATTEMPTS = 10;

    private final KafkaConnection kafka;
    private final String topic;
    private final GeneratorSettings settings;
    private final Pace pace;
    private final AtomicLong sent = new AtomicLong();
    private @Nullable Attempt attempt;

    /**
     * @param bootstrap {@code host:port} of the broker
     * @param topic must have as many partitions as the settings say
     */
    public UsageSender(String bootstrap, String topic, GeneratorSettings settings) {
        this(KafkaConnection.plain(bootstrap), topic, settings, 0);
    }

    /**
     * @param kafka the brokers
     * @param topic must have as many partitions as the settings say
     * @param perSecond records per second; 0 for as many as the broker takes
     */
    public UsageSender(
            KafkaConnection kafka, String topic, GeneratorSettings settings, long perSecond) {
        this.kafka = kafka;
        this.topic = topic;
        this.settings = settings;
        this.pace = new Pace(perSecond);
    }

    /** One producer, and the generator that feeds it. */
    private static final class Attempt {
        final UsageGenerator generator;
        final KafkaProducer<byte[], byte[]> producer;
        final long[] next;
        final long[] inLog;
        final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        long taken;

        Attempt(GeneratorSettings settings, KafkaProducer<byte[], byte[]> producer, long[] inLog) {
            this.generator = new UsageGenerator(settings);
            this.producer = producer;
            this.inLog = inLog;
            this.next = new long[settings.partitions()];
        }
    }

    /**
     * Returns when the first records of the run are in the log.
     *
     * @param records how many, counted from the start of the run; more than there are means all
     * @throws KafkaException if the broker stays away, or the log is not what was sent
     */
    public void sendUpTo(long records) {
        long goal = Math.min(records, settings.records());
        KafkaException last = new KafkaException("nothing was tried");
        for (int i = 0; i < ATTEMPTS; i++) {
            try {
                send(current(), goal);
                return;
            } catch (KafkaException e) {
                last = e;
                abandon();
                if (e instanceof LogDiffers) {
                    break;
                }
            }
        }
        throw last;
    }

    /**
     * The offset of the first record that is not in the log yet, by partition, once the first
     * records of the run are.
     */
    public Map<Integer, Long> offsetsAfter(long records) {
        Map<Integer, Long> offsets = new TreeMap<>();
        IntStream.range(0, settings.partitions()).forEach(p -> offsets.put(p, 0L));
        UsageGenerator generator = new UsageGenerator(settings);
        for (long i = 0; i < records && generator.hasNext(); i++) {
            offsets.merge(generator.next().partition(), 1L, Long::sum);
        }
        return offsets;
    }

    /** How many of the run's records are in the log or on their way to it. For any thread. */
    public long sent() {
        return sent.get();
    }

    /** Gives up what is not acknowledged yet. */
    @Override
    public void close() {
        abandon();
    }

    private void send(Attempt run, long goal) {
        while (run.taken < goal) {
            failIfAnyFailed(run);
            GeneratedRecord record = run.generator.next();
            run.taken++;
            long offset = run.next[record.partition()]++;
            if (offset >= run.inLog[record.partition()]) {
                pace.await();
                send(run, record, offset);
            }
            sent.accumulateAndGet(run.taken, Math::max);
        }
        run.producer.flush();
        failIfAnyFailed(run);
        if (goal == settings.records()) {
            failUnlessLogEndsWith(run.next);
        }
    }

    private void send(Attempt run, GeneratedRecord record, long offset) {
        run.producer.send(
                new ProducerRecord<>(
                        topic,
                        record.partition(),
                        record.kafkaTimeMillis(),
                        record.key(),
                        record.value(),
                        record.headers()),
                (metadata, error) -> check(run, metadata, error, offset));
    }

    private void check(
            Attempt run,
            @Nullable RecordMetadata metadata,
            @Nullable Exception error,
            long offset) {
        if (error != null) {
            run.failure.compareAndSet(null, error);
        } else if (metadata == null || metadata.offset() != offset) {
            run.failure.compareAndSet(
                    null,
                    new LogDiffers(
                            "the record for offset "
                                    + offset
                                    + " of "
                                    + topic
                                    + " is "
                                    + metadata));
        }
    }

    private static void failIfAnyFailed(Attempt run) {
        Exception first = run.failure.get();
        if (first instanceof LogDiffers differs) {
            throw differs;
        }
        if (first != null) {
            throw new KafkaException("a record was not acknowledged", first);
        }
    }

    /** Something that is in the log twice at its end has no acknowledgement that would tell. */
    private void failUnlessLogEndsWith(long[] next) {
        long[] ends = endOffsets();
        if (!Arrays.equals(ends, next)) {
            throw new LogDiffers(
                    topic
                            + " ends at "
                            + Arrays.toString(ends)
                            + " and should at "
                            + Arrays.toString(next));
        }
    }

    private Attempt current() {
        Attempt running = attempt;
        if (running == null) {
            long[] inLog = endOffsets();
            running = new Attempt(settings, new KafkaProducer<>(producerSettings()), inLog);
            attempt = running;
        }
        return running;
    }

    private void abandon() {
        Attempt running = attempt;
        if (running != null) {
            attempt = null;
            running.producer.close(Duration.ZERO);
        }
    }

    /** What is really in the log; waits for a broker that is away. */
    private long[] endOffsets() {
        Map<String, Object> consumerSettings = connection();
        consumerSettings.put("key.deserializer", ByteArrayDeserializer.class);
        consumerSettings.put("value.deserializer", ByteArrayDeserializer.class);
        List<TopicPartition> partitions =
                IntStream.range(0, settings.partitions())
                        .mapToObj(partition -> new TopicPartition(topic, partition))
                        .toList();
        try (var consumer = new KafkaConsumer<byte[], byte[]>(consumerSettings)) {
            int found = consumer.partitionsFor(topic, PRODUCER_PATIENCE).size();
            if (found != partitions.size()) {
                throw new LogDiffers(
                        topic + " has " + found + " partitions, not " + partitions.size());
            }
            long[] ends = new long[partitions.size()];
            consumer.endOffsets(partitions, PRODUCER_PATIENCE)
                    .forEach((partition, end) -> ends[partition.partition()] = end);
            return ends;
        }
    }

    private Map<String, Object> connection() {
        Map<String, Object> all = new HashMap<>();
        kafka.properties().forEach((name, value) -> all.put((String) name, value));
        return all;
    }

    private Map<String, Object> producerSettings() {
        int patience = (int) PRODUCER_PATIENCE.toMillis();
        Map<String, Object> all = connection();
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        all.put(ProducerConfig.BATCH_SIZE_CONFIG, 64 * 1024);
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, patience);
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, patience);
        all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        all.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
        all.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 500);
        return all;
    }

    /** Sending again would not help. */
    private static final class LogDiffers extends KafkaException {

        private static final long serialVersionUID = 1L;

        LogDiffers(String message) {
            super(message);
        }
    }
}
