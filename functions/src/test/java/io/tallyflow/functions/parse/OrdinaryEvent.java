package io.tallyflow.functions.parse;

import io.tallyflow.schemas.meter.JsonPath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * Writes an event as producers do: compact or with spaces, attributes in some order, plain names,
 * and data of a few members, nested now and then. Equal seeds write equal events.
 */
final class OrdinaryEvent {

    static final String[] TYPES = {
        "prompt", "request", "storage.written", "a-rather-long-type-name"
    };

    private static final String[] NAMES = {
        "a", "tokens", "duration_ms", "model", "region", "a_name_of_more_than_sixteen",
                "input.tokens",
        "exactly8", "exactly_16_bytes", "an_even_longer_name_of_data", "größe", "user", "usage", ""
    };
    private static final String[] SCALARS = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "0.0",
        "7",
        "12.50",
        "-0.1",
        "1e3",
        "1E+2",
        "100",
        "-17",
        "9007199254740993",
        "999999999999999999",
        "1234567890123456789",
        "0.4567890123456789",
        "0.000000000000000000049",
        "99999999999999999999",
        "100000000000000000000",
        "1e-30",
        "\"\"",
        "\"gpt-4o\"",
        "\"eu-west-1\"",
        "\"12\"",
        "\"-3.50\"",
        "\"+5\"",
        "\" 5\"",
        "\".5\"",
        "\"5.\"",
        "\"-\"",
        "\".\"",
        "\"-.5\"",
        "\"007\"",
        "\"1e2\"",
        "\"NaN\"",
        "\"POST\"",
        "\"a\\\"b\\\\\"",
        "\"été\"",
        "\"😀\"",
        "\"\u007F\"",
        "\"true\"",
        "\"eight by\"",
        "\"sixteen bytes ok\""
    };

    /** The whole event as JSON. */
    final String json;

    /** Paths of which some lead to something in its data. */
    final List<JsonPath> paths = new ArrayList<>();

    private final Random random;
    private final String comma;
    private final String colon;

    OrdinaryEvent(long seed) {
        random = new Random(seed);
        boolean spaced = random.nextInt(4) == 0;
        comma = spaced ? ", " : ",";
        colon = spaced ? ": " : ":";
        json = envelope();
        for (int i = random.nextInt(3); i > 0; i--) {
            paths.add(JsonPath.parse("$['" + one(NAMES) + "'][" + random.nextInt(3) + "]"));
            paths.add(JsonPath.parse("$['" + one(NAMES) + "']"));
        }
    }

    private String envelope() {
        List<String> members = new ArrayList<>();
        members.add(text("id", Long.toHexString(random.nextLong())));
        members.add(text("source", "/gateway/" + random.nextInt(20)));
        members.add(text("type", one(TYPES)));
        members.add(text("subject", "customer-" + random.nextInt(10_000)));
        members.add(member("data", random.nextInt(20) == 0 ? "null" : object("$", 3)));
        add(members, 9, text("specversion", "1.0"));
        add(members, 9, text("time", time()));
        add(members, 5, text("datacontenttype", "application/json"));
        add(members, 2, text("traceparent", Long.toHexString(random.nextLong())));
        add(members, 1, member("partitionkey", one(SCALARS)));
        if (random.nextInt(3) == 0) {
            Collections.shuffle(members, random);
        }
        return "{" + String.join(comma, members) + "}" + (random.nextInt(9) == 0 ? "\n" : "");
    }

    private void add(List<String> members, int inTen, String member) {
        if (random.nextInt(10) < inTen) {
            members.add(member);
        }
    }

    private String text(String name, String value) {
        return member(name, "\"" + value + "\"");
    }

    private String member(String name, String value) {
        return "\"" + name + "\"" + colon + value;
    }

    private String object(String path, int depth) {
        Set<String> names = new HashSet<>();
        List<String> members = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            String name = one(NAMES);
            if (names.add(name)) {
                members.add(member(name, value(path + "['" + name + "']", depth - 1)));
            }
        }
        return "{" + String.join(comma, members) + "}";
    }

    private String array(String path, int depth) {
        List<String> elements = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            elements.add(value(path + "[" + elements.size() + "]", depth - 1));
        }
        return "[" + String.join(comma, elements) + "]";
    }

    private String value(String path, int depth) {
        if (random.nextInt(4) == 0) {
            paths.add(JsonPath.parse(path));
        }
        int kind = random.nextInt(depth > 0 ? 12 : 10);
        return kind == 10 ? array(path, depth) : kind == 11 ? object(path, depth) : scalar();
    }

    private String scalar() {
        return random.nextInt(60) == 0 ? "\"" + "long ".repeat(60) + "\"" : one(SCALARS);
    }

    private String time() {
        int micros = random.nextInt(1_000_000);
        String fraction =
                switch (random.nextInt(4)) {
                    case 0 -> "";
                    case 1 -> String.format(Locale.ROOT, ".%03d", micros / 1000);
                    case 2 -> String.format(Locale.ROOT, ".%06d", micros);
                    default -> String.format(Locale.ROOT, ".%06d%03d", micros, micros / 1000);
                };
        return String.format(
                        Locale.ROOT,
                        "%04d-%02d-%02dT%02d:%02d:%02d",
                        1970 + random.nextInt(54),
                        1 + random.nextInt(12),
                        1 + random.nextInt(28),
                        random.nextInt(24),
                        random.nextInt(60),
                        random.nextInt(60))
                + fraction
                + (random.nextInt(5) == 0 ? "+00:00" : "Z");
    }

    private String one(String[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
