package io.tallyflow.cli.demo;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A valid event before it is written down.
 *
 * @param timeMicros event time, microseconds since the epoch, UTC; null: the Kafka timestamp is
 * @param form chooses among the ways to write the same time
 */
record Draft(
        String id,
        String source,
        String type,
        String subject,
        @Nullable Long timeMicros,
        int form,
        Payload payload) {

    private static final List<ZoneOffset> OFFSETS =
            List.of(
                    ZoneOffset.UTC,
                    ZoneOffset.ofHoursMinutes(5, 45),
                    ZoneOffset.ofHours(-8),
                    ZoneOffset.UTC);

    byte[] json() {
        return text().getBytes(StandardCharsets.UTF_8);
    }

    String text() {
        StringBuilder json = new StringBuilder(256);
        json.append("{\"specversion\":\"1.0\",\"id\":").append(JsonText.quote(id));
        json.append(",\"source\":").append(JsonText.quote(source));
        json.append(",\"type\":").append(JsonText.quote(type));
        json.append(",\"subject\":").append(JsonText.quote(subject));
        if (timeMicros != null) {
            json.append(",\"time\":\"").append(time(timeMicros)).append('"');
        }
        return json.append(",\"data\":").append(payload.json()).append('}').toString();
    }

    long timeMicros(long kafkaTimeMillis) {
        return timeMicros == null ? kafkaTimeMillis * 1_000 : timeMicros;
    }

    Draft at(long micros) {
        return new Draft(id, source, type, subject, micros, form, payload);
    }

    Draft withType(String other) {
        return new Draft(id, source, other, subject, timeMicros, form, payload);
    }

    Draft withPayload(Payload other) {
        return new Draft(id, source, type, subject, timeMicros, form, other);
    }

    private String time(long micros) {
        Instant instant = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
        ZoneOffset offset = OFFSETS.get(form % OFFSETS.size());
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(instant.atOffset(offset));
    }
}
