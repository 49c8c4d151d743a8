package io.tallyflow.benchmarks.workload;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Writes the workload to a topic: keyed by subject, compressed with lz4, each record with the time
 * of its turn as its Kafka timestamp. Copies of an event meet in one partition.
 */
public final class TopicLoader {

    private final String bootstrap;
    private final String topic;

    public TopicLoader(String bootstrap, String topic) {
        this.bootstrap = bootstrap;
        this.topic = topic;
    }

    /**
     * Makes the topic: like Tallyflow's own, it keeps everything, however old it says it is.
     *
     * @throws IllegalStateException if Kafka refuses
     */
    public void create(int partitions) {
        NewTopic made =
                new NewTopic(topic, partitions, (short) 1)
                        .configs(
                                Map.of(
                                        "retention.ms", "-1",
                                        "message.timestamp.type", "CreateTime"));
        try (Admin admin =
                Admin.create(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
            admin.createTopics(List.of(made)).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka did not make topic " + topic + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /**
     * Writes all of it.
     *
     * @return what it comes to
     * @throws IllegalStateException if Kafka does not take a record
     */
    public WorkloadTruth load(WorkloadSettings settings) {
        WorkloadTruth truth = new WorkloadTruth();
        load(settings, 0, settings.records(), truth);
        return truth;
    }

    /**
     * Writes the records from one position to before another.
     *
     * @param truth takes in what they come to
     * @throws IllegalStateException if Kafka does not take a record
     */
    public void load(WorkloadSettings settings, long from, long to, WorkloadTruth truth) {
        Workload workload = new Workload(settings);
        EventBytes bytes = new EventBytes();
        Draw draw = new Draw();
        FailedSends failed = new FailedSends();
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (long position = from; position < to; position++) {
                workload.draw(position, draw);
                long sent = settings.sentMillis(position);
                truth.add(position, draw, sent);
                byte[] key = bytes.key(draw);
                producer.send(
                        new ProducerRecord<>(
                                topic,
                                partition(key, settings.partitions()),
                                sent,
                                key,
                                bytes.value(draw)),
                        failed);
                failed.requireNone();
            }
            producer.flush();
        }
        failed.requireNone();
    }

    /** As Kafka's own partitioner chooses it. */
    private static int partition(byte[] key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4",
                        // A broker forgets the sequence of a producer whose records are old. What
                        // is not taken at once ends the run instead.
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        false,
                        ProducerConfig.ACKS_CONFIG,
                        "1",
                        ProducerConfig.RETRIES_CONFIG,
                        0,
                        ProducerConfig.LINGER_MS_CONFIG,
                        50,
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        256 * 1024,
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        128L * 1024 * 1024),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
