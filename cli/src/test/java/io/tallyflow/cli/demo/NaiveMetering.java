package io.tallyflow.cli.demo;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tallyflow.schemas.event.Lane;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Meters records one by one from their bytes alone, slowly and by the book. */
final class NaiveMetering {

    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();

    private static final BigDecimal LIMIT = new BigDecimal("1e20");
    private static final long HORIZON_MICROS = Duration.ofDays(32).toMillis() * 1_000;
    private static final long AHEAD_MICROS = Duration.ofDays(1).toMillis() * 1_000;

    final Map<Lane, Long> lanes = new EnumMap<>(Lane.class);
    final Map<Cell, Total> totals = new HashMap<>();
    long ignored;

    private final Map<List<String>, List<String>> accepted = new HashMap<>();

    Lane read(GeneratedRecord record) {
        Lane lane = lane(record);
        lanes.merge(lane, 1L, Long::sum);
        return lane;
    }

    private Lane lane(GeneratedRecord record) {
        JsonNode event = valid(record.value());
        if (event == null) {
            return Lane.REJECTED;
        }
        long kafkaMicros = record.kafkaTimeMillis() * 1_000;
        Long time = timeMicros(event.path("time"), kafkaMicros);
        if (time == null || time - kafkaMicros > AHEAD_MICROS) {
            return Lane.REJECTED;
        }
        if (kafkaMicros - time > HORIZON_MICROS) {
            return Lane.STALE;
        }
        List<String> identity =
                List.of(text(event, "subject"), text(event, "source"), text(event, "id"));
        List<String> content = List.of(text(event, "type"), event.path("data").toString());
        List<String> first = accepted.putIfAbsent(identity, content);
        if (first != null) {
            return first.equals(content) ? Lane.DUPLICATE : Lane.CONFLICT;
        }
        if (!text(event, "type").equals("prompt")) {
            return Lane.UNMATCHED;
        }
        meter(text(event, "subject"), time, event.path("data"));
        return Lane.METERED;
    }

    private static @Nullable JsonNode valid(byte @Nullable [] value) {
        if (value == null || value.length > 256 * 1024) {
            return null;
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
            JsonNode event = JSON.readTree(text);
            return isEvent(event) ? event : null;
        } catch (IOException notJson) {
            return null;
        }
    }

    private static boolean isEvent(JsonNode event) {
        return event.isObject()
                && event.path("specversion").asText().equals("1.0")
                && List.of("id", "source", "type", "subject").stream()
                        .allMatch(name -> isAttribute(event.path(name)))
                && event.path("datacontenttype").asText("application/json").endsWith("json")
                && event.path("data").isObject()
                && isClean(event.path("data"), 32);
    }

    private static boolean isAttribute(JsonNode attribute) {
        String text = attribute.asText();
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        return attribute.isTextual()
                && bytes >= 1
                && bytes <= 256
                && text.chars().noneMatch(Character::isISOControl);
    }

    private static boolean isClean(JsonNode node, int levels) {
        if (node.isContainerNode()) {
            boolean clean = levels > 0;
            for (JsonNode child : node) {
                clean &= isClean(child, levels - 1);
            }
            return clean;
        }
        if (node.isNumber()) {
            return node.decimalValue().precision() <= 64;
        }
        return node.asText().codePoints().noneMatch(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF));
    }

    private static @Nullable Long timeMicros(JsonNode time, long kafkaMicros) {
        if (time instanceof MissingNode) {
            return kafkaMicros;
        }
        try {
            return ChronoUnit.MICROS.between(
                    OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC),
                    OffsetDateTime.parse(time.asText()));
        } catch (DateTimeParseException bad) {
            return null;
        }
    }

    private void meter(String subject, long timeMicros, JsonNode data) {
        long minute = timeMicros - Math.floorMod(timeMicros, 60_000_000L);
        Map<String, String> group = new TreeMap<>(Map.of("model", group(data.path("model"))));
        add(new Cell("requests_total", subject, json(group), minute / 1_000), BigDecimal.ONE);
        BigDecimal tokens = number(data.path("tokens"));
        if (tokens == null) {
            ignored++;
            return;
        }
        group.put("type", group(data.path("type")));
        add(new Cell("tokens_total", subject, json(group), minute / 1_000), tokens);
    }

    private void add(Cell cell, BigDecimal amount) {
        totals.merge(
                cell,
                new Total(1, amount),
                (left, right) ->
                        new Total(
                                left.readings() + right.readings(),
                                left.value().add(right.value())));
    }

    private static @Nullable BigDecimal number(JsonNode node) {
        String text = node.isNumber() || node.isTextual() ? node.asText() : "none";
        if (!text.matches("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?")) {
            return null;
        }
        BigDecimal number = new BigDecimal(text);
        if (number.precision() - number.scale() > 30) {
            return null;
        }
        BigDecimal rounded = number.setScale(18, RoundingMode.HALF_UP);
        return rounded.abs().compareTo(LIMIT) < 0 ? rounded : null;
    }

    private static String group(JsonNode node) {
        if (node.isNumber()) {
            return node.decimalValue().stripTrailingZeros().toPlainString();
        }
        return node.isTextual() || node.isBoolean() ? node.asText() : "";
    }

    private static String json(Map<String, String> group) {
        return JSON.valueToTree(group).toString();
    }

    private static String text(JsonNode event, String name) {
        return event.path(name).asText();
    }
}
