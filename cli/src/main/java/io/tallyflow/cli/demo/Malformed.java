package io.tallyflow.cli.demo;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Ways to spoil a valid event, each with the one reason it must be rejected for. */
final class Malformed {

    private static final int MANY = 300 * 1024;

    /** Every so many bad records one is huge: they are slow to send. */
    private static final int RARELY = 50;

    private record Way(String reason, UnaryOperator<String> spoil) {}

    private static final List<Way> WAYS =
            List.of(
                    new Way("JSON", text -> text.substring(0, text.length() / 2)),
                    new Way("JSON", text -> "usage"),
                    new Way("JSON", text -> ""),
                    new Way("JSON", text -> text + " x"),
                    new Way("JSON", text -> "[" + text + "]"),
                    new Way("DUPLICATE_KEY", text -> first(text, "\"id\":\"again\",")),
                    new Way("SPEC_VERSION", text -> text.replace(":\"1.0\"", ":\"0.3\"")),
                    new Way("MISSING", text -> text.replace("\"subject\":", "\"subjekt\":")),
                    new Way("ATTRIBUTE", text -> attribute(text, "id", "\"\"")),
                    new Way("ATTRIBUTE", text -> attribute(text, "id", "17")),
                    new Way("ATTRIBUTE", text -> attribute(text, "id", letters(257))),
                    new Way("ATTRIBUTE", text -> attribute(text, "source", "\"a\\u0007b\"")),
                    new Way("TEXT", text -> data(text, "{\"model\":\"a\\u0000b\"}")),
                    new Way("TEXT", text -> data(text, "{\"model\":\"\\ud800\"}")),
                    new Way("TIME", text -> attribute(text, "time", "\"yesterday\"")),
                    new Way("TIME", text -> attribute(text, "time", "\"2026-01-01T00:00:00\"")),
                    new Way("TIME", text -> attribute(text, "time", "\"2026-02-30T00:00:00Z\"")),
                    new Way("DATA", text -> data(text, "\"text\"")),
                    new Way("DATA", text -> data(text, "[1]")),
                    new Way(
                            "DATA_CONTENT_TYPE",
                            text -> first(text, "\"datacontenttype\":\"text/plain\",")),
                    new Way("LIMIT", text -> data(text, "{\"tokens\":" + "1".repeat(65) + "}")),
                    new Way(
                            "LIMIT",
                            text -> data(text, "{\"a\":".repeat(32) + "{}" + "}".repeat(32))));

    private Malformed() {}

    /**
     * A spoiled value; null is a tombstone.
     *
     * @param reason code it must be rejected with
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never a key
    record Spoiled(byte @Nullable [] value, String reason) {}

    /**
     * Spoils an event that names its time.
     *
     * @param choice any number not below 0; chooses the way
     */
    static Spoiled spoil(Draft draft, int choice) {
        int way = choice % (WAYS.size() + 3);
        if (way == WAYS.size()) {
            return new Spoiled(null, "TOMBSTONE");
        }
        if (way == WAYS.size() + 1) {
            return new Spoiled(notUtf8(draft), "ENCODING");
        }
        if (way == WAYS.size() + 2) {
            return choice % RARELY == 0
                    ? new Spoiled(utf8(data(draft.text(), huge())), "LIMIT")
                    : new Spoiled(utf8("{"), "JSON");
        }
        return new Spoiled(utf8(WAYS.get(way).spoil().apply(draft.text())), WAYS.get(way).reason());
    }

    private static byte[] notUtf8(Draft draft) {
        byte[] bytes = draft.json();
        // Inside the version's quotes: a byte that starts a character that does not follow.
        bytes["{\"specversion\":\"".length()] = (byte) 0xC3;
        return bytes;
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
        return text.substring(0, text.indexOf("\"data\":")) + "\"data\":" + json + "}";
    }

    private static String letters(int count) {
        return '"' + "x".repeat(count) + '"';
    }

    private static String huge() {
        return "{\"model\":" + letters(MANY) + "}";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
