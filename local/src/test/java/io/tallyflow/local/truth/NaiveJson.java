package io.tallyflow.local.truth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * JSON as maps, lists, strings, booleans, {@link Numeral} and {@link #NULL}; a number stays what
 * was written.
 */
final class NaiveJson {

    /** JSON null; Java's stands for what is missing. */
    static final Object NULL = new Object();

    private static final JsonFactory JSON =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final Pattern STEP = Pattern.compile("\\.(\\w+)|\\['([^']+)'\\]|\\[([0-9]+)\\]");

    private NaiveJson() {}

    /** A number as it was written. */
    record Numeral(String text) {}

    /**
     * Reads exactly one document.
     *
     * @param sources receives the text of each member of the root
     */
    static Object read(String text, Map<String, String> sources) throws IOException {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new IOException("nothing");
            }
            Object root = value(parser, text, sources, 1);
            if (parser.nextToken() != null) {
                throw new IOException("something after the end");
            }
            return root;
        }
    }

    private static Object value(
            JsonParser parser, String text, Map<String, String> sources, int level)
            throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, text, sources, level);
            case START_ARRAY -> array(parser, text, level);
            case VALUE_STRING -> clean(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Numeral(parser.getText());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> NULL;
        };
    }

    private static Object object(
            JsonParser parser, String text, Map<String, String> sources, int level)
            throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = clean(parser.currentName());
            parser.nextToken();
            int start = (int) parser.currentTokenLocation().getCharOffset();
            object.put(name, value(parser, text, Map.of(), level + 1));
            if (level == 1) {
                // A number's or a literal's end is not told before the next token is read.
                int end = (int) parser.currentLocation().getCharOffset();
                sources.put(name, text.substring(start, end));
            }
        }
        return object;
    }

    private static Object array(JsonParser parser, String text, int level) throws IOException {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser, text, Map.of(), level + 1));
        }
        return array;
    }

    private static String clean(String text) throws IOException {
        if (text.codePoints().anyMatch(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF))) {
            throw new IOException("not a text");
        }
        return text;
    }

    /** How deep values nest; a container of none is 1. */
    static int levels(Object value) {
        if (value instanceof Map<?, ?> object) {
            return 1 + object.values().stream().mapToInt(NaiveJson::levels).max().orElse(0);
        }
        if (value instanceof List<?> array) {
            return 1 + array.stream().mapToInt(NaiveJson::levels).max().orElse(0);
        }
        return 0;
    }

    static int longestNumber(Object value) {
        if (value instanceof Map<?, ?> object) {
            return object.values().stream().mapToInt(NaiveJson::longestNumber).max().orElse(0);
        }
        if (value instanceof List<?> array) {
            return array.stream().mapToInt(NaiveJson::longestNumber).max().orElse(0);
        }
        return value instanceof Numeral numeral ? numeral.text().length() : 0;
    }

    /** What stands at a path; null if nothing does. */
    static @Nullable Object at(@Nullable Object root, String path) {
        Object value = root;
        Matcher step = STEP.matcher(path);
        while (step.find()) {
            if (step.group(3) != null) {
                int index = Integer.parseInt(step.group(3));
                value = value instanceof List<?> a && index < a.size() ? a.get(index) : null;
            } else {
                String name = step.group(1) != null ? step.group(1) : step.group(2);
                value = value instanceof Map<?, ?> object ? object.get(name) : null;
            }
        }
        return value;
    }
}
