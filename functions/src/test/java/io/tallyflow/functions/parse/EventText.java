package io.tallyflow.functions.parse;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Writes one valid event in one of the many ways JSON allows: order of members, white space,
 * escapes. Equal seeds write equal events.
 */
final class EventText {

    private static final String[] SPACES = {"", "", "", " ", "\n", "\t", "\r\n", "  \n\t"};
    private static final String[] NUMBERS = {
        "0", "-0", "1", "12.50", "-1e3", "1E+2", "0.4567890123456789", "9007199254740993"
    };
    private static final int[] UNUSUAL = {
        '"', '\\', '/', '\'', ' ', '$', '{', 0xA0, 0xE9, 0x301, 0x7FF, 0x800, 0x2028, 0x20AC,
        0xD7FF, 0xE000, 0xFEFF, 0xFFFE, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF
    };

    /** Required attributes and time, by wire name. */
    final TreeMap<String, String> attributes = new TreeMap<>();

    /** The data as written, or null if there is none. */
    final String data;

    /** The whole event as JSON. */
    final String json;

    private final Random random;

    EventText(long seed) {
        random = new Random(seed);
        attributes.put("specversion", "1.0");
        attributes.put("id", text(60));
        attributes.put("source", "/s/" + random.nextInt(1000) + "?é=1#x");
        attributes.put("type", text(20));
        attributes.put("subject", text(60));
        if (random.nextInt(4) > 0) {
            attributes.put("time", time());
        }
        data = random.nextInt(5) == 0 ? "null" : object(4);
        json = envelope();
    }

    private String envelope() {
        List<String> members = new ArrayList<>();
        attributes.forEach((name, value) -> members.add(member(string(name), string(value))));
        if (!data.equals("null") || random.nextBoolean()) {
            members.add(member(string("data"), data));
        }
        if (random.nextBoolean()) {
            members.add(member(string("datacontenttype"), string("application/json")));
        }
        if (random.nextBoolean()) {
            members.add(member(string("ext1"), string(text(10))));
            members.add(member(string("ext2"), random.nextBoolean() ? "true" : "17"));
        }
        Collections.shuffle(members, random);
        return space() + "{" + String.join(",", members) + "}" + space();
    }

    private String member(String name, String value) {
        return space() + name + space() + ":" + space() + value + space();
    }

    private String value(int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> "null";
            case 1 -> "true";
            case 2 -> "false";
            case 3 -> NUMBERS[random.nextInt(NUMBERS.length)];
            case 4 -> string(text(12));
            case 5 -> array(depth - 1);
            default -> object(depth - 1);
        };
    }

    private String array(int depth) {
        return "[" + joined(() -> space() + value(depth) + space()) + "]";
    }

    private String object(int depth) {
        int[] count = {0};
        return "{" + joined(() -> member(string(text(5) + count[0]++), value(depth))) + "}";
    }

    private String joined(Supplier<String> element) {
        List<String> elements = new ArrayList<>();
        for (int i = random.nextInt(random.nextInt(10) == 0 ? 25 : 5); i > 0; i--) {
            elements.add(element.get());
        }
        return elements.isEmpty() ? space() : String.join(",", elements);
    }

    /** At most 240 bytes of UTF-8, at least one. */
    private String text(int most) {
        StringBuilder text = new StringBuilder();
        for (int i = 1 + random.nextInt(most); i > 0; i--) {
            text.appendCodePoint(
                    random.nextInt(3) > 0
                            ? 'a' + random.nextInt(26)
                            : UNUSUAL[random.nextInt(UNUSUAL.length)]);
        }
        return text.toString();
    }

    private String string(String text) {
        boolean escapes = random.nextInt(4) == 0;
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            boolean needed = c == '"' || c == '\\';
            // half a pair must not be escaped alone: what results would not be the same character
            if (escapes && random.nextBoolean() && !Character.isSurrogate(c)) {
                json.append(escape(c));
            } else {
                json.append(needed ? "\\" + c : c);
            }
        }
        return json.append('"').toString();
    }

    private String escape(char c) {
        if (c == '/' && random.nextBoolean()) {
            return "\\/";
        }
        String hex = String.format(Locale.ROOT, "%04x", (int) c);
        return "\\u" + (random.nextBoolean() ? hex : hex.toUpperCase(Locale.ROOT));
    }

    private String time() {
        String fraction =
                random.nextBoolean() ? "" : "." + "012345678".substring(0, 1 + random.nextInt(9));
        String offset =
                random.nextBoolean()
                        ? "Z"
                        : String.format(
                                Locale.ROOT,
                                "%s%02d:%02d",
                                random.nextBoolean() ? "+" : "-",
                                random.nextInt(18),
                                random.nextInt(60));
        return String.format(
                        Locale.ROOT,
                        "%04d-%02d-%02dT%02d:%02d:%02d",
                        1971 + random.nextInt(50),
                        1 + random.nextInt(12),
                        1 + random.nextInt(28),
                        random.nextInt(24),
                        random.nextInt(60),
                        random.nextInt(60))
                + fraction
                + offset;
    }

    private String space() {
        return SPACES[random.nextInt(SPACES.length)];
    }
}
