package io.tallyflow.local.truth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A usage event, read from headers and value without anything of ours.
 *
 * @param data null if there is none
 * @param dataBytes its text as sent; empty if there is none
 */
record NaiveEvent(
        String subject,
        String source,
        String id,
        String type,
        long timeMicros,
        long kafkaMicros,
        @Nullable Object data,
        String dataBytes) {

    private static final OffsetDateTime EPOCH =
            OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
    private static final long HORIZON_MICROS = Duration.ofDays(32).toMillis() * 1_000;
    private static final long AHEAD_MICROS = Duration.ofDays(1).toMillis() * 1_000;

    boolean isStale() {
        return kafkaMicros - timeMicros > HORIZON_MICROS;
    }

    @Nullable Object at(String path) {
        return NaiveJson.at(data, path);
    }

    /** Null if the record is not a valid event. */
    static @Nullable NaiveEvent of(GeneratedRecord record) {
        byte[] value = record.value();
        if (value == null || value.length > 256 * 1024) {
            return null;
        }
        try {
            String type = contentType(record.headers());
            boolean direct = type != null && type.startsWith("application/cloudevents");
            boolean binary =
                    !direct && record.headers().stream().anyMatch(h -> h.key().startsWith("ce_"));
            if (direct && !type.matches("application/cloudevents\\+json(; ?charset=utf-8)?")) {
                return null;
            }
            if (binary) {
                return isJson(type) ? binary(record, utf8(value)) : null;
            }
            return direct || type == null ? structured(record, utf8(value)) : null;
        } catch (IOException | DateTimeParseException bad) {
            return null;
        }
    }

    private static @Nullable String contentType(List<Header> headers) throws IOException {
        Map<String, String> all = texts(headers, "content-type");
        return all.containsKey("") ? all.get("").toLowerCase(Locale.ROOT) : null;
    }

    private static boolean isJson(@Nullable String type) {
        return type == null
                || type.matches("(application|text)/([a-z.]+\\+)?json(; ?charset=\"?utf-8\"?)?");
    }

    private static NaiveEvent structured(GeneratedRecord record, String text) throws IOException {
        Map<String, String> sources = new HashMap<>();
        Object root = NaiveJson.read(text, sources);
        if (!(root instanceof Map<?, ?> members) || NaiveJson.longestNumber(root) > 64) {
            throw new IOException("not an object");
        }
        Map<String, Object> attributes = new HashMap<>();
        members.forEach((name, value) -> attributes.put((String) name, value));
        attributes.values().removeIf(value -> value == NaiveJson.NULL);
        attributes.putIfAbsent("specversion", "1.0");
        require(!attributes.containsKey("data_base64"));
        require(isJson((String) attributes.get("datacontenttype")));
        Object data = attributes.get("data");
        return event(record, attributes, data, data == null ? "" : sources.get("data"));
    }

    private static NaiveEvent binary(GeneratedRecord record, String text) throws IOException {
        Map<String, Object> attributes = new HashMap<>(texts(record.headers(), "ce_"));
        Object data = text.isEmpty() ? NaiveJson.NULL : NaiveJson.read(text, new HashMap<>());
        require(NaiveJson.longestNumber(data) <= 64);
        return data == NaiveJson.NULL
                ? event(record, attributes, null, "")
                : event(record, attributes, data, text.strip());
    }

    private static NaiveEvent event(
            GeneratedRecord record,
            Map<String, Object> attributes,
            @Nullable Object data,
            String dataBytes)
            throws IOException {
        require("1.0".equals(attributes.get("specversion")));
        require(data == null || data instanceof Map && NaiveJson.levels(data) <= 32);
        long kafka = record.kafkaTimeMillis() * 1_000;
        Object time = attributes.get("time");
        require(time == null || time instanceof String);
        long micros = time == null ? kafka : micros((String) time);
        require(micros >= 0 && micros - kafka <= AHEAD_MICROS);
        return new NaiveEvent(
                required(attributes, "subject"),
                required(attributes, "source"),
                required(attributes, "id"),
                required(attributes, "type"),
                micros,
                kafka,
                data,
                dataBytes);
    }

    private static long micros(String time) throws IOException {
        require(time.length() > 10 && Character.toUpperCase(time.charAt(10)) == 'T');
        return ChronoUnit.MICROS.between(EPOCH, OffsetDateTime.parse(time));
    }

    private static String required(Map<String, Object> attributes, String name) throws IOException {
        require(attributes.get(name) instanceof String);
        String text = (String) attributes.get(name);
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        require(bytes >= 1 && bytes <= 256 && text.chars().noneMatch(Character::isISOControl));
        return text;
    }

    /** Headers whose names begin so, by the rest of their names. */
    private static Map<String, String> texts(List<Header> headers, String prefix)
            throws IOException {
        Map<String, String> texts = new HashMap<>();
        for (Header header : headers) {
            if (header.key().startsWith(prefix) && header.value() != null) {
                String name = header.key().substring(prefix.length());
                require(texts.put(name, utf8(header.value())) == null);
            }
        }
        return texts;
    }

    private static String utf8(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }

    private static void require(boolean condition) throws IOException {
        if (!condition) {
            throw new IOException("not a usage event");
        }
    }
}
