package io.tallyflow.schemas.event;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Builds usage events for tests. What a test does not say is the same in all: an event without data
 * of {@code customer-1} at the beginning of 1970, the first record of partition 0.
 */
public final class AnEvent {

    private String subject = "customer-1";
    private String source = "test";
    private String id = "1";
    private String type = "prompt";
    private long timeMicros;
    private byte @Nullable [] data;
    private int partition;
    private long offset;
    private long kafkaTimeMillis;
    private long importNumber;

    private AnEvent() {}

    /** One of which nothing is said yet. */
    public static AnEvent anEvent() {
        return new AnEvent();
    }

    /** One like another, of which something else is said. */
    public static AnEvent like(UsageEvent event) {
        return anEvent()
                .subject(event.subject())
                .source(event.source())
                .id(event.id())
                .type(event.type())
                .timeMicros(event.timeMicros())
                .data(event.data())
                .at(event.partition(), event.offset())
                .kafkaTimeMillis(event.kafkaTimeMillis())
                .importNumber(event.importNumber());
    }

    public AnEvent subject(String value) {
        subject = value;
        return this;
    }

    public AnEvent source(String value) {
        source = value;
        return this;
    }

    public AnEvent id(String value) {
        id = value;
        return this;
    }

    public AnEvent type(String value) {
        type = value;
        return this;
    }

    /** Event time, microseconds since the epoch, UTC. */
    public AnEvent timeMicros(long value) {
        timeMicros = value;
        return this;
    }

    /** The bytes of its data; null for none. */
    public AnEvent data(byte @Nullable [] value) {
        data = value;
        return this;
    }

    /** The JSON of its data. */
    public AnEvent data(String json) {
        return data(json.getBytes(StandardCharsets.UTF_8));
    }

    /** Where it was read. */
    public AnEvent at(int inPartition, long atOffset) {
        partition = inPartition;
        offset = atOffset;
        return this;
    }

    /** The record's Kafka timestamp, milliseconds since the epoch, UTC. */
    public AnEvent kafkaTimeMillis(long value) {
        kafkaTimeMillis = value;
        return this;
    }

    /** Number of the import that sent it; 0 for none. */
    public AnEvent importNumber(long value) {
        importNumber = value;
        return this;
    }

    public UsageEvent build() {
        return new UsageEvent(
                subject,
                source,
                id,
                type,
                timeMicros,
                data,
                partition,
                offset,
                kafkaTimeMillis,
                importNumber);
    }
}
