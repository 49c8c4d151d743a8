package io.tallyflow.benchmarks.workload;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends new events at a steady rate, each with the present time. Every hundredth is of one subject,
 * which no other event has: its n-th event is visible once the subject's count has reached n. When
 * each of these was sent is noted, by the monotonic clock.
 */
public final class PacedLoad {

    /** Of so many events one is of the watched subject. */
    public static final int WATCHED_EVERY = 100;

    private static final int WATCHED = WorkloadWords.SUBJECTS - 1;

    /** So that its events are those of no other load. */
    private static final long SEED = 2;

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final String bootstrap;
    private final String topic;
    private final int eventsPerSecond;
    private final long[] sentNanos;

    /**
     * Makes ready to send.
     *
     * @param watched how many events of the watched subject are to be sent
     */
    public PacedLoad(String bootstrap, String topic, int eventsPerSecond, int watched) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.eventsPerSecond = eventsPerSecond;
        this.sentNanos = new long[watched];
    }

    /** The subject that is watched. */
    public static String watchedSubject() {
        return WorkloadWords.subject(WATCHED);
    }

    /** Events in all. */
    public long events() {
        return (long) sentNanos.length * WATCHED_EVERY;
    }

    /** When each watched event was sent; 0 for those that were not yet. */
    public long[] sentNanos() {
        return sentNanos;
    }

    /**
     * Sends all of them, in about the time that they take at their rate.
     *
     * @throws IllegalStateException if Kafka does not take a record
     */
    public void send() {
        Workload workload =
                new Workload(
                        WorkloadSettings.standard(events(), SubjectMix.SKEWED).drawnFrom(SEED));
        EventBytes bytes = new EventBytes();
        Draw draw = new Draw();
        FailedSends failed = new FailedSends();
        long start = System.nanoTime();
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (long number = 0; number < events(); number++) {
                await(start + number * TimeUnit.SECONDS.toNanos(1) / eventsPerSecond);
                workload.drawNew(number, draw);
                draw.timeMillis = System.currentTimeMillis();
                mark(number, draw);
                producer.send(
                        new ProducerRecord<>(topic, bytes.key(draw), bytes.value(draw)), failed);
            }
            producer.flush();
        }
        failed.requireNone();
    }

    /** Sleeps only as often as the clock ticks. */
    private static void await(long dueNanos) {
        while (dueNanos - System.nanoTime() > 0) {
            LockSupport.parkNanos(TICK_NANOS);
        }
    }

    private void mark(long number, Draw draw) {
        if (number % WATCHED_EVERY == 0) {
            draw.subject = WATCHED;
            sentNanos[(int) (number / WATCHED_EVERY)] = System.nanoTime();
        } else if (draw.subject == WATCHED) {
            draw.subject--;
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4",
                        ProducerConfig.LINGER_MS_CONFIG,
                        5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
