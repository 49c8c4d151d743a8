package io.tallyflow.integration.outage;

import io.tallyflow.local.embedded.Topics;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends events of this very moment at a steady rate, whatever happens to the broker, and knows what
 * they come to. Nothing that it sends is late: the generated usage of the demo always is in part,
 * and would hide what an outage makes late.
 */
final class SteadyUsage implements AutoCloseable {

    static final String METERS =
            """
            meters:
              - slug: tokens
                eventType: prompt
                aggregation: SUM
                valueProperty: $.tokens
              - slug: requests
                eventType: prompt
                aggregation: COUNT
            """;

    private static final int TICKS_PER_SECOND = 20;
    private static final int SUBJECTS = 40;

    /** Every so many events one is sent twice. */
    private static final int COPIED = 10;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Map<String, BigDecimal> totals = new HashMap<>();
    private final KafkaProducer<byte[], byte[]> producer;
    private final int perTick;
    private long events;
    private long copies;

    private SteadyUsage(KafkaProducer<byte[], byte[]> producer, int perTick) {
        this.producer = producer;
        this.perTick = perTick;
    }

    /** Begins to send. */
    static SteadyUsage start(String bootstrap, int perSecond) {
        Map<String, Object> settings =
                Map.of(
                        "bootstrap.servers", bootstrap,
                        "acks", "all",
                        "linger.ms", 5,
                        "max.block.ms", 600_000,
                        "delivery.timeout.ms", 600_000,
                        "request.timeout.ms", 5_000,
                        "reconnect.backoff.max.ms", 500);
        SteadyUsage usage =
                new SteadyUsage(
                        new KafkaProducer<>(
                                settings, new ByteArraySerializer(), new ByteArraySerializer()),
                        perSecond / TICKS_PER_SECOND);
        usage.clock.scheduleAtFixedRate(
                usage::tick, 0, 1_000 / TICKS_PER_SECOND, TimeUnit.MILLISECONDS);
        return usage;
    }

    private void tick() {
        try {
            for (int i = 0; i < perTick; i++) {
                send();
            }
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
            throw e;
        }
    }

    private void send() {
        String subject = "customer-" + events % SUBJECTS;
        BigDecimal tokens = BigDecimal.valueOf(events % 1_000, 1);
        byte[] value = event(subject, tokens);
        for (int copy = events % COPIED == 0 ? 0 : 1; copy < 2; copy++) {
            producer.send(
                    new ProducerRecord<>(
                            Topics.EVENTS, subject.getBytes(StandardCharsets.UTF_8), value),
                    (metadata, error) -> {
                        if (error != null) {
                            failure.compareAndSet(null, error);
                        }
                    });
        }
        copies += events % COPIED == 0 ? 1 : 0;
        totals.merge(subject, tokens, BigDecimal::add);
        events++;
    }

    private byte[] event(String subject, BigDecimal tokens) {
        return ("{\"specversion\":\"1.0\",\"type\":\"prompt\",\"source\":\"steady\",\"id\":\""
                        + events
                        + "\",\"subject\":\""
                        + subject
                        + "\",\"time\":\""
                        + Instant.now()
                        + "\",\"data\":{\"tokens\":"
                        + tokens
                        + "}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Stops sending; returns when everything is in the log. */
    void finish() throws Exception {
        clock.shutdown();
        if (!clock.awaitTermination(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the sender is still waiting for the broker");
        }
        producer.flush();
        if (failure.get() != null) {
            throw new AssertionError("an event could not be sent", failure.get());
        }
    }

    /** How many different events were sent. */
    long events() {
        return events;
    }

    /** How many of them twice. */
    long copies() {
        return copies;
    }

    /** Tokens by subject. */
    Map<String, BigDecimal> totals() {
        return totals;
    }

    @Override
    public void close() {
        clock.shutdownNow();
        producer.close(java.time.Duration.ZERO);
    }
}
