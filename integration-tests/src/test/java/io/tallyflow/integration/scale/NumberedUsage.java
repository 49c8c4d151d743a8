package io.tallyflow.integration.scale;

import io.tallyflow.integration.protocol.UsageLog;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends events by number, all that is in them following from the number, and knows what they come
 * to. Event time passes as they are numbered.
 */
final class NumberedUsage implements AutoCloseable {

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

    private static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final long STALE = Duration.ofDays(40).toMillis();

    /** A multiple of the partitions, so that a subject's events are all in one. */
    private static final int SUBJECTS = 1_000;

    /** One copy in so many has other data. */
    private static final int CONFLICTS = 50;

    /** Without a factor in common with any count of events, so that copies are of all ages. */
    private static final long STRIDE = 1_000_003;

    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final long eventsPerMinute;
    private final Map<UsageLog.Cell, BigDecimal> totals = new HashMap<>();
    private long events;
    private long copies;
    private long conflicts;
    private long stale;

    NumberedUsage(String bootstrap, long eventsPerMinute) {
        this.eventsPerMinute = eventsPerMinute;
        this.producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrap,
                                // A broker forgets the sequence of a producer whose records are
                                // old, and a repeated send would be a copy that nobody counted.
                                "enable.idempotence",
                                false,
                                "retries",
                                0,
                                "acks",
                                "1",
                                "linger.ms",
                                20,
                                "batch.size",
                                262_144,
                                "compression.type",
                                "lz4"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    /** Sends new events. */
    void sendNew(long count) {
        for (long end = events + count; events < end; events++) {
            long number = events;
            send(number, time(number), tokens(number));
            add("tokens", number, tokens(number));
            add("requests", number, 1);
        }
    }

    /** Sends events once more that were sent before, of any age; a few with other data. */
    void sendCopies(long count) {
        for (long end = copies + conflicts + count; copies + conflicts < end; ) {
            long turn = copies + conflicts;
            long number = turn * STRIDE % events;
            if (turn % CONFLICTS == 0) {
                send(number, time(number), tokens(number) + 1);
                conflicts++;
            } else {
                send(number, time(number), tokens(number));
                copies++;
            }
        }
    }

    /** Sends an event that is too old to count, however often. */
    void sendStale() {
        send(events, START - STALE, 1);
        stale++;
    }

    /** Returns when everything is in the log. */
    void flush() {
        producer.flush();
        if (failure.get() != null) {
            throw new AssertionError("an event could not be sent", failure.get());
        }
    }

    long records() {
        return events + copies + conflicts + stale;
    }

    /** What all records must come to, but for how many readings came late. */
    LaneCounts counts() {
        return LaneCounts.inOrder(
                records(), events, 0, copies, conflicts, stale, 0, 2 * events, 0, 0);
    }

    Map<UsageLog.Cell, BigDecimal> totals() {
        return totals;
    }

    private void add(String meter, long number, long value) {
        long start = Math.floorDiv(time(number), MINUTE) * MINUTE;
        totals.merge(
                new UsageLog.Cell(meter, subject(number), "{}", start),
                BigDecimal.valueOf(value),
                BigDecimal::add);
    }

    private long time(long number) {
        return START + number * MINUTE / eventsPerMinute;
    }

    private static long tokens(long number) {
        return number % 997;
    }

    private static String subject(long number) {
        return "customer-" + number % SUBJECTS;
    }

    private void send(long number, long timeMillis, long tokens) {
        String subject = subject(number);
        String event =
                "{\"specversion\":\"1.0\",\"type\":\"prompt\",\"source\":\"numbered\",\"id\":\""
                        + number
                        + "\",\"subject\":\""
                        + subject
                        + "\",\"time\":\""
                        + Instant.ofEpochMilli(timeMillis)
                        + "\",\"data\":{\"tokens\":"
                        + tokens
                        + "}}";
        producer.send(
                new ProducerRecord<>(
                        Topics.EVENTS,
                        (int) (number % Topics.EVENT_PARTITIONS),
                        time(events),
                        subject.getBytes(StandardCharsets.UTF_8),
                        event.getBytes(StandardCharsets.UTF_8)),
                (metadata, error) -> {
                    if (error != null) {
                        failure.compareAndSet(null, error);
                    }
                });
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
