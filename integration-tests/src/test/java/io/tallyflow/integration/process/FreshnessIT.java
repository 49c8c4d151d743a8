package io.tallyflow.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.local.embedded.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long it takes from sending an event until {@code tallyflow.query} shows it, at a steady rate:
 * {@code -Dtallyflow.test.rate=N} events per second for {@code -Dtallyflow.test.seconds=N}. Events
 * are counted by the query, so the n-th event is visible once the count has reached n.
 */
final class FreshnessIT {

    private static final int RATE = Integer.getInteger("tallyflow.test.rate", 1_000);
    private static final int SECONDS = Integer.getInteger("tallyflow.test.seconds", 60);
    private static final int WARM_UP_SECONDS = 20;
    private static final int TICKS_PER_SECOND = 50;
    private static final long GOAL_MILLIS = 3_000;

    @TempDir Path directory;

    @Test
    @Timeout(600)
    void showsEventsWithinThreeSeconds() throws Exception {
        try (TallyflowProcess up = new TallyflowProcess(directory)) {
            up.start();
            up.awaitReady();
            int total = RATE * (WARM_UP_SECONDS + SECONDS);
            long[] sentNanos = new long[total];
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(() -> send(up.kafka(), sentNanos));
            long[] seenNanos = watch(up, total);
            sending.join();
            report(sentNanos, seenNanos);
        }
    }

    /** Sends the same number of events at every tick of the clock. */
    private static void send(String kafka, long[] sentNanos) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka, "acks", "all", "linger.ms", 5);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        AtomicLong next = new AtomicLong();
        AtomicReference<Exception> failure = new AtomicReference<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            clock.scheduleAtFixedRate(
                    () -> {
                        for (int i = 0; i < RATE / TICKS_PER_SECOND; i++) {
                            int number = (int) next.getAndIncrement();
                            if (number >= sentNanos.length) {
                                done.complete(null);
                                return;
                            }
                            sentNanos[number] = System.nanoTime();
                            producer.send(
                                    event(number),
                                    (metadata, error) -> {
                                        if (error != null) {
                                            failure.set(error);
                                        }
                                    });
                        }
                    },
                    0,
                    1_000 / TICKS_PER_SECOND,
                    TimeUnit.MILLISECONDS);
            done.join();
            producer.flush();
        } finally {
            clock.shutdownNow();
        }
        assertThat(failure.get()).isNull();
    }

    private static ProducerRecord<byte[], byte[]> event(int number) {
        String subject = "customer-" + number % 200;
        String json =
                "{\"specversion\":\"1.0\",\"type\":\"prompt\",\"source\":\"clock\",\"id\":\""
                        + number
                        + "\",\"subject\":\""
                        + subject
                        + "\",\"time\":\""
                        + Instant.now()
                        + "\",\"data\":{\"model\":\"m\",\"type\":\"input\",\"tokens\":1}}";
        return new ProducerRecord<>(
                Topics.EVENTS,
                subject.getBytes(StandardCharsets.UTF_8),
                json.getBytes(StandardCharsets.UTF_8));
    }

    /** When each count was first seen. */
    private static long[] watch(TallyflowProcess up, int total) throws SQLException {
        long[] seenNanos = new long[total];
        try (Connection connection = up.connect();
                PreparedStatement query =
                        connection.prepareStatement(
                                "select value from tallyflow.query('requests_total')")) {
            int seen = 0;
            while (seen < total) {
                try (ResultSet row = query.executeQuery()) {
                    row.next();
                    int count = row.getBigDecimal(1).intValueExact();
                    long now = System.nanoTime();
                    for (; seen < count; seen++) {
                        seenNanos[seen] = now;
                    }
                }
            }
        }
        return seenNanos;
    }

    private static void report(long[] sentNanos, long[] seenNanos) {
        List<Long> millis = new ArrayList<>();
        for (int i = RATE * WARM_UP_SECONDS; i < sentNanos.length; i++) {
            millis.add(TimeUnit.NANOSECONDS.toMillis(seenNanos[i] - sentNanos[i]));
        }
        Collections.sort(millis);
        System.out.printf(
                "freshness at %d events/s over %d s: median %d ms, p99 %d ms, max %d ms%n",
                RATE,
                SECONDS,
                millis.get(millis.size() / 2),
                millis.get(millis.size() * 99 / 100),
                millis.get(millis.size() - 1));
        assertThat(millis.get(millis.size() * 99 / 100)).isLessThan(GOAL_MILLIS);
    }
}
