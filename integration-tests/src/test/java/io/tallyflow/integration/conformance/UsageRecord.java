package io.tallyflow.integration.conformance;

import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.WrittenJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One record for {@link Topics#EVENTS}, in structured JSON, keyed by its subject.
 *
 * @param kafkaTime the record's timestamp; null: the event's own
 * @param data JSON; null leaves it out
 * @param raw sent in place of the event; null sends the event
 */
record UsageRecord(
        String type,
        String source,
        String id,
        String subject,
        Instant time,
        @Nullable Instant kafkaTime,
        @Nullable String data,
        @Nullable String raw) {

    UsageRecord from(String newSource) {
        return new UsageRecord(type, newSource, id, subject, time, kafkaTime, data, raw);
    }

    UsageRecord id(String newId) {
        return new UsageRecord(type, source, newId, subject, time, kafkaTime, data, raw);
    }

    UsageRecord of(String newSubject) {
        return new UsageRecord(type, source, id, newSubject, time, kafkaTime, data, raw);
    }

    UsageRecord at(Instant newTime) {
        return new UsageRecord(type, source, id, subject, newTime, kafkaTime, data, raw);
    }

    UsageRecord at(String newTime) {
        return at(Instant.parse(newTime));
    }

    /** It reached the broker then. */
    UsageRecord arriving(String newKafkaTime) {
        return new UsageRecord(
                type, source, id, subject, time, Instant.parse(newKafkaTime), data, raw);
    }

    UsageRecord data(@Nullable String newData) {
        return new UsageRecord(type, source, id, subject, time, kafkaTime, newData, raw);
    }

    /** The data {@code {"value": json}}. */
    UsageRecord value(String json) {
        return data("{\"value\":" + json + "}");
    }

    /** Something else in its place. */
    UsageRecord raw(String text) {
        return new UsageRecord(type, source, id, subject, time, kafkaTime, data, text);
    }

    ProducerRecord<byte[], byte[]> toKafka() {
        Instant timestamp = kafkaTime == null ? time : kafkaTime;
        return new ProducerRecord<>(
                Topics.EVENTS,
                null,
                timestamp.toEpochMilli(),
                utf8(subject),
                utf8(raw == null ? json() : raw));
    }

    private String json() {
        return "{\"specversion\":\"1.0\",\"type\":"
                + WrittenJson.quote(type)
                + ",\"source\":"
                + WrittenJson.quote(source)
                + ",\"id\":"
                + WrittenJson.quote(id)
                + ",\"subject\":"
                + WrittenJson.quote(subject)
                + ",\"time\":"
                + WrittenJson.quote(time.toString())
                + (data == null ? "" : ",\"data\":" + data)
                + "}";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
