package io.tallyflow.integration.spine;

import static io.tallyflow.schemas.event.RejectionReason.ATTRIBUTE;
import static io.tallyflow.schemas.event.RejectionReason.CONTENT_TYPE;
import static io.tallyflow.schemas.event.RejectionReason.DATA;
import static io.tallyflow.schemas.event.RejectionReason.DATA_CONTENT_TYPE;
import static io.tallyflow.schemas.event.RejectionReason.DUPLICATE_KEY;
import static io.tallyflow.schemas.event.RejectionReason.ENCODING;
import static io.tallyflow.schemas.event.RejectionReason.FUTURE;
import static io.tallyflow.schemas.event.RejectionReason.JSON;
import static io.tallyflow.schemas.event.RejectionReason.LIMIT;
import static io.tallyflow.schemas.event.RejectionReason.MISSING;
import static io.tallyflow.schemas.event.RejectionReason.SPEC_VERSION;
import static io.tallyflow.schemas.event.RejectionReason.TEXT;
import static io.tallyflow.schemas.event.RejectionReason.TIME;
import static io.tallyflow.schemas.event.RejectionReason.TOMBSTONE;

import io.tallyflow.schemas.event.RejectionReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Kinds of bad records, in structured and in binary mode, each with its one reason. */
final class BadRecords {

    private static final String JSON_EVENT =
            "{\"specversion\":\"1.0\",\"type\":\"prompt\",\"source\":\"s\",\"id\":\"i\","
                    + "\"subject\":\"u\",\"data\":{\"tokens\":1}}";

    private static final int TOO_LONG = 256 * 1024 + 1;

    private BadRecords() {}

    /**
     * A kind of bad record.
     *
     * @param value null is a tombstone
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never a key
    record Kind(RejectionReason reason, Map<String, byte[]> headers, byte @Nullable [] value) {}

    static List<Kind> all() {
        List<Kind> kinds = new ArrayList<>(structured());
        kinds.addAll(binary());
        return List.copyOf(kinds);
    }

    private static List<Kind> structured() {
        byte[] notUtf8 = utf8(JSON_EVENT);
        notUtf8["{\"specversion\":\"".length()] = (byte) 0xC3;
        return List.of(
                new Kind(TOMBSTONE, Map.of(), null),
                new Kind(LIMIT, Map.of(), new byte[TOO_LONG]),
                new Kind(ENCODING, Map.of(), notUtf8),
                new Kind(ENCODING, Map.of(), new byte[] {(byte) 0xC0, (byte) 0x80}),
                structured(JSON, ""),
                structured(JSON, JSON_EVENT.substring(0, JSON_EVENT.length() / 2)),
                structured(JSON, JSON_EVENT + JSON_EVENT),
                structured(JSON, "[" + JSON_EVENT + "]"),
                structured(JSON, "<event/>"),
                changed(DUPLICATE_KEY, "\"id\":\"i\"", "\"id\":\"i\",\"id\":\"j\""),
                changed(DUPLICATE_KEY, "\"tokens\":1", "\"tokens\":1,\"tokens\":2"),
                changed(TEXT, "\"tokens\":1", "\"tokens\":\"\\u0000\""),
                changed(TEXT, "\"u\"", "\"\\ud800\""),
                changed(LIMIT, "{\"tokens\":1}", "{\"a\":".repeat(33) + "1" + "}".repeat(33)),
                changed(LIMIT, "\"tokens\":1", "\"tokens\":" + "1".repeat(65)),
                changed(SPEC_VERSION, "\"1.0\"", "\"0.3\""),
                changed(MISSING, "\"subject\":\"u\",", ""),
                changed(MISSING, "\"i\"", "null"),
                changed(ATTRIBUTE, "\"i\"", "17"),
                changed(ATTRIBUTE, "\"u\"", "\"\""),
                changed(ATTRIBUTE, "\"u\"", "\"a\\u0007\""),
                changed(ATTRIBUTE, "\"u\"", "\"" + "x".repeat(257) + "\""),
                changed(TIME, "\"data\"", "\"time\":\"yesterday\",\"data\""),
                changed(TIME, "\"data\"", "\"time\":\"2024-02-30T00:00:00Z\",\"data\""),
                changed(TIME, "\"data\"", "\"time\":1704067200,\"data\""),
                changed(FUTURE, "\"data\"", "\"time\":\"2099-01-01T00:00:00Z\",\"data\""),
                changed(DATA, "{\"tokens\":1}", "[1]"),
                changed(DATA, "{\"tokens\":1}", "\"text\""),
                changed(DATA_CONTENT_TYPE, "\"data\"", "\"datacontenttype\":\"text/xml\",\"data\""),
                new Kind(
                        CONTENT_TYPE,
                        Map.of("content-type", utf8("application/cloudevents+avro")),
                        utf8(JSON_EVENT)),
                new Kind(CONTENT_TYPE, Map.of("content-type", utf8("text/csv")), utf8(JSON_EVENT)));
    }

    private static List<Kind> binary() {
        return List.of(
                new Kind(TOMBSTONE, headers(all -> {}), null),
                binary(JSON, "{\"tokens\":", all -> {}),
                binary(DUPLICATE_KEY, "{\"tokens\":1,\"tokens\":1}", all -> {}),
                binary(TEXT, "{\"tokens\":\"\\udfff\"}", all -> {}),
                binary(LIMIT, "[".repeat(33) + "]".repeat(33), all -> {}),
                binary(DATA, "12", all -> {}),
                new Kind(ENCODING, headers(all -> {}), new byte[] {'{', (byte) 0xFF, '}'}),
                binary(SPEC_VERSION, "{}", all -> all.put("ce_specversion", utf8("1.1"))),
                binary(SPEC_VERSION, "{}", all -> all.remove("ce_specversion")),
                binary(MISSING, "{}", all -> all.remove("ce_subject")),
                binary(MISSING, "{}", all -> all.remove("ce_id")),
                binary(ATTRIBUTE, "{}", all -> all.put("ce_id", utf8(""))),
                binary(ATTRIBUTE, "{}", all -> all.put("ce_source", utf8("x".repeat(257)))),
                binary(ENCODING, "{}", all -> all.put("ce_id", new byte[] {(byte) 0xFF})),
                binary(TEXT, "{}", all -> all.put("ce_subject", utf8("a\u0000"))),
                binary(TIME, "{}", all -> all.put("ce_time", utf8("2024-01-01"))),
                binary(FUTURE, "{}", all -> all.put("ce_time", utf8("2099-01-01T00:00:00Z"))),
                binary(DATA_CONTENT_TYPE, "{}", all -> all.put("content-type", utf8("text/xml"))));
    }

    private static Kind structured(RejectionReason reason, String value) {
        return new Kind(reason, Map.of(), utf8(value));
    }

    private static Kind changed(RejectionReason reason, String part, String replacement) {
        String changed = JSON_EVENT.replace(part, replacement);
        if (changed.equals(JSON_EVENT)) {
            throw new IllegalArgumentException(part + " does not occur");
        }
        return structured(reason, changed);
    }

    private static Kind binary(
            RejectionReason reason, String value, Consumer<Map<String, byte[]>> change) {
        return new Kind(reason, headers(change), utf8(value));
    }

    /** Those of a good event, changed. */
    private static Map<String, byte[]> headers(Consumer<Map<String, byte[]>> change) {
        Map<String, byte[]> headers = goodHeaders("u", "i");
        change.accept(headers);
        return headers;
    }

    /** An event of type {@code prompt} in binary mode. */
    static Map<String, byte[]> goodHeaders(String subject, String id) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        headers.put("ce_specversion", utf8("1.0"));
        headers.put("ce_type", utf8("prompt"));
        headers.put("ce_source", utf8("s"));
        headers.put("ce_subject", utf8(subject));
        headers.put("ce_id", utf8(id));
        headers.put("content-type", utf8("application/json"));
        return headers;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
