package io.tallyflow.local.truth;

import static io.tallyflow.local.truth.Message.CONTENT_TYPE;
import static io.tallyflow.local.truth.Message.header;
import static io.tallyflow.local.truth.Message.utf8;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Ways to spoil a valid event, each with the one reason it must be rejected for. */
final class Malformed {

    private static final int MANY = 300 * 1024;

    /** Every so many bad records one is huge: they are slow to send. */
    private static final int RARELY = 50;

    /** The first byte of a character, and no second one. */
    private static final byte[] NOT_UTF8 = {'a', (byte) 0xC3};

    private record Way(String reason, boolean binary, UnaryOperator<Message> spoil) {}

    private static final List<Way> ENVELOPES =
            List.of(
                    text("JSON", text -> text.substring(0, text.length() / 2)),
                    text("JSON", text -> "usage"),
                    text("JSON", text -> ""),
                    text("JSON", text -> " \n"),
                    text("JSON", text -> text + " x"),
                    text("JSON", text -> text + text),
                    text("JSON", text -> "[" + text + "]"),
                    text("ENCODING", text -> "\uFEFF" + text),
                    text("JSON", text -> first(text, "\"a\":01,")),
                    text("JSON", text -> first(text, "\"a\":NaN,")),
                    text("JSON", text -> first(text, "'a':1,")),
                    text("DUPLICATE_KEY", text -> first(text, "\"id\":\"again\",")),
                    text("DUPLICATE_KEY", text -> first(text, "\"\\u0069d\":\"again\",")),
                    text("DUPLICATE_KEY", text -> data(text, "{\"a\":1,\"a\":1}")),
                    text("SPEC_VERSION", text -> text.replace(":\"1.0\"", ":\"0.3\"")),
                    text("SPEC_VERSION", text -> attribute(text, "specversion", "1.0")),
                    text("MISSING", text -> text.replace("\"subject\":", "\"subjekt\":")),
                    text("MISSING", text -> attribute(text, "source", "null")),
                    text("ATTRIBUTE", text -> attribute(text, "id", "\"\"")),
                    text("ATTRIBUTE", text -> attribute(text, "id", "17")),
                    text("ATTRIBUTE", text -> attribute(text, "id", letters(257))),
                    text("ATTRIBUTE", text -> attribute(text, "type", "[\"prompt\"]")),
                    text("ATTRIBUTE", text -> attribute(text, "source", "\"a\\u0007b\"")),
                    text("TEXT", text -> data(text, "{\"model\":\"a\\u0000b\"}")),
                    text("TEXT", text -> data(text, "{\"model\":\"\\ud800\"}")),
                    text("TEXT", text -> data(text, "{\"\\udc00\":1}")),
                    text("TIME", text -> attribute(text, "time", "\"yesterday\"")),
                    text("TIME", text -> attribute(text, "time", "\"2026-01-01T00:00:00\"")),
                    text("TIME", text -> attribute(text, "time", "\"2026-02-30T00:00:00Z\"")),
                    text("TIME", text -> attribute(text, "time", "\"1969-12-31T23:59:59Z\"")),
                    text("TIME", text -> attribute(text, "time", "1790000000")),
                    text("DATA", text -> data(text, "\"text\"")),
                    text("DATA", text -> data(text, "[1]")),
                    text("DATA", text -> data(text, "17")),
                    text("DATA", text -> first(text, "\"data_base64\":\"e30=\",")),
                    text(
                            "DATA_CONTENT_TYPE",
                            text -> first(text, "\"datacontenttype\":\"text/plain\",")),
                    text("LIMIT", text -> data(text, "{\"tokens\":" + "1".repeat(65) + "}")),
                    text(
                            "LIMIT",
                            text -> data(text, "{\"a\":".repeat(32) + "{}" + "}".repeat(32))));

    private static final List<Way> HEADERS =
            List.of(
                    typed("CONTENT_TYPE", "text/plain"),
                    typed("CONTENT_TYPE", "application/json; charset=utf-16"),
                    typed("CONTENT_TYPE", "application/cloudevents+avro"),
                    typed("CONTENT_TYPE", "application/cloudevents-batch+json"),
                    typed("CONTENT_TYPE", "application/cloudevents+json; charset=utf-16"),
                    headers("CONTENT_TYPE", m -> m.plus(header(CONTENT_TYPE, "text/json"))),
                    headers("DATA_CONTENT_TYPE", m -> m.with(header(CONTENT_TYPE, "text/plain"))),
                    headers("DATA_CONTENT_TYPE", m -> m.with(header(CONTENT_TYPE, ""))),
                    headers("DUPLICATE_KEY", m -> m.plus(header("ce_id", "again"))),
                    headers("SPEC_VERSION", m -> m.with(header("ce_specversion", "0.3"))),
                    headers("SPEC_VERSION", m -> m.without("ce_specversion")),
                    headers("MISSING", m -> m.without("ce_subject")),
                    headers("MISSING", m -> m.with(new RecordHeader("ce_source", (byte[]) null))),
                    headers("MISSING", m -> m.without("ce_type").plus(header("CE_type", "t"))),
                    headers("ATTRIBUTE", m -> m.with(header("ce_id", ""))),
                    headers("ATTRIBUTE", m -> m.with(header("ce_id", "\u00e9".repeat(129)))),
                    headers("ATTRIBUTE", m -> m.with(header("ce_source", "a\u0085b"))),
                    headers("TEXT", m -> m.with(header("ce_source", "a\u0000b"))),
                    headers("ENCODING", m -> m.with(new RecordHeader("ce_id", NOT_UTF8))),
                    headers("TIME", m -> m.with(header("ce_time", "10000-01-01T00:00:00Z"))),
                    headers("TIME", m -> m.with(header("ce_time", "2026-01-01 00:00:00Z"))),
                    headers("TOMBSTONE", m -> m.withValue(null)),
                    value("JSON", "{\"tokens\":1"),
                    value("JSON", "tokens=1"),
                    value("DUPLICATE_KEY", "{\"a\":{\"b\":1,\"b\":2}}"),
                    value("TEXT", "{\"a\":[\"\\u0000\"]}"),
                    value("LIMIT", "{\"a\":0." + "1".repeat(63) + "}"),
                    value("DATA", "[{\"tokens\":1}]"),
                    value("DATA", "true"));

    private static final List<Way> BYTES =
            List.of(
                    new Way("TOMBSTONE", false, m -> m.withValue(null)),
                    new Way("ENCODING", false, Malformed::notUtf8),
                    new Way("ENCODING", false, Malformed::utf16),
                    new Way("ENCODING", true, m -> m.withValue(NOT_UTF8)));

    private static final List<Way> WAYS =
            Stream.of(ENVELOPES, HEADERS, BYTES).flatMap(List::stream).toList();

    private Malformed() {}

    /** A spoiled event, and the code it must be rejected with. */
    record Spoiled(Message message, String reason) {}

    /**
     * Spoils an event that names its time.
     *
     * @param choice any number not below 0; chooses the way
     */
    static Spoiled spoil(Draft draft, int choice) {
        int way = choice % (WAYS.size() + 1);
        if (way == WAYS.size()) {
            return choice % RARELY == 0
                    ? new Spoiled(Message.of(data(draft.text(), huge())), "LIMIT")
                    : new Spoiled(Message.of("{"), "JSON");
        }
        Way chosen = WAYS.get(way);
        Message plain = draft.written(0, chosen.binary()).message();
        return new Spoiled(chosen.spoil().apply(plain), chosen.reason());
    }

    /** How many kinds of bad records there are. */
    static int kinds() {
        return WAYS.size() + 2;
    }

    private static Way text(String reason, UnaryOperator<String> spoil) {
        return new Way(reason, false, plain -> Message.of(spoil.apply(textOf(plain))));
    }

    private static Way typed(String reason, String contentType) {
        return new Way(reason, false, plain -> plain.plus(header(CONTENT_TYPE, contentType)));
    }

    private static Way headers(String reason, UnaryOperator<Message> spoil) {
        return new Way(reason, true, spoil);
    }

    private static Way value(String reason, String data) {
        return new Way(reason, true, plain -> plain.withValue(utf8(data)));
    }

    private static String textOf(Message structured) {
        byte[] value = structured.value();
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    private static Message notUtf8(Message plain) {
        byte[] bytes = utf8(textOf(plain));
        // Inside the version's quotes: a byte that starts a character that does not follow.
        bytes["{\"specversion\":\"".length()] = (byte) 0xC3;
        return plain.withValue(bytes);
    }

    private static Message utf16(Message plain) {
        return plain.withValue(textOf(plain).getBytes(StandardCharsets.UTF_16LE));
    }

    private static String first(String text, String member) {
        return "{" + member + text.substring(1);
    }

    private static String attribute(String text, String name, String json) {
        int start = text.indexOf("\"" + name + "\":") + name.length() + 3;
        int end = start + 1;
        while (text.charAt(end) != '"' || text.charAt(end - 1) == '\\') {
            end++;
        }
        return text.substring(0, start) + json + text.substring(end + 1);
    }

    private static String data(String text, String json) {
        int data = text.indexOf(",\"data\":");
        int end = data < 0 ? text.length() - 1 : data;
        return text.substring(0, end) + ",\"data\":" + json + "}";
    }

    private static String letters(int count) {
        return '"' + "x".repeat(count) + '"';
    }

    private static String huge() {
        return "{\"model\":" + letters(MANY) + "}";
    }
}
