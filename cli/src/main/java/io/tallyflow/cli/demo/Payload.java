package io.tallyflow.cli.demo;

import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The {@code data} of a generated event, and what it means.
 *
 * @param json as sent
 * @param model group text of {@code $.model}
 * @param type group text of {@code $.type}
 * @param tokens number at {@code $.tokens}; null if there is none to be read
 */
record Payload(String json, String model, String type, @Nullable BigDecimal tokens) {

    /** A JSON text and the group text it stands for; null is left out of the object. */
    private record Text(@Nullable String json, String group) {}

    private static final List<Text> MODELS =
            List.of(
                    new Text("\"gpt-4\"", "gpt-4"),
                    new Text("\"claude\"", "claude"),
                    new Text("\"mistral \\\"7b\\\"\"", "mistral \"7b\""),
                    new Text("\"mod\\u00e8le\"", "mod\u00e8le"),
                    new Text("1e2", "100"),
                    new Text("100.0", "100"),
                    new Text("-0", "0"),
                    new Text("\"007\"", "007"),
                    new Text("true", "true"),
                    new Text("null", ""),
                    new Text("{\"name\":\"gpt-4\"}", ""),
                    new Text(null, ""));

    private static final List<Text> TYPES =
            List.of(
                    new Text("\"input\"", "input"),
                    new Text("\"output\"", "output"),
                    new Text(null, ""));

    /** Values that give no reading: the text, the absence, or the size is wrong. */
    private static final List<String> UNREADABLE =
            List.of(
                    "null",
                    "true",
                    "{}",
                    "[1]",
                    "\"abc\"",
                    "\"12abc\"",
                    "\"NaN\"",
                    "\"Inf\"",
                    "\"\"",
                    "\" 1\"",
                    "\"1e\"",
                    "100000000000000000000",
                    "-1e20",
                    "1e999999999",
                    "\"1e400\"");

    private static final int PLAIN_MODELS = 4;
    private static final int MOST_TOKENS = 5_000;

    static Payload of(Random random) {
        Text model = MODELS.get(random.nextInt(often(random) ? PLAIN_MODELS : MODELS.size()));
        Text type = TYPES.get(random.nextInt(often(random) ? 2 : TYPES.size()));
        if (random.nextInt(100) == 0) {
            return of(model, type, unreadable(random), null);
        }
        String number = number(random);
        String json = random.nextInt(4) == 0 || !isJsonNumber(number) ? quoted(number) : number;
        return of(model, type, json, new BigDecimal(number));
    }

    /** The same usage in other bytes. */
    Payload changed() {
        return new Payload(
                "{\"changed\":true," + json.substring(1).stripLeading(), model, type, tokens);
    }

    private static Payload of(
            Text model, Text type, @Nullable String tokens, @Nullable BigDecimal number) {
        StringJoiner members = new StringJoiner(",", "{", "}");
        member(members, "tokens", tokens);
        member(members, "model", model.json());
        member(members, "type", type.json());
        // Never empty, so that a member can be put before what is there.
        members.add("\"region\":\"eu\"");
        return new Payload(members.toString(), model.group(), type.group(), number);
    }

    private static void member(StringJoiner members, String name, @Nullable String json) {
        if (json != null) {
            members.add(JsonText.quote(name) + ":" + json);
        }
    }

    private static boolean often(Random random) {
        return random.nextInt(20) > 0;
    }

    private static @Nullable String unreadable(Random random) {
        int choice = random.nextInt(UNREADABLE.size() + 1);
        return choice == UNREADABLE.size() ? null : UNREADABLE.get(choice);
    }

    /** Mostly whole numbers; some that a double could not hold, some that must be rounded. */
    private static String number(Random random) {
        int whole = random.nextInt(MOST_TOKENS);
        return switch (random.nextInt(20)) {
            case 0 -> whole + ".1";
            case 1 -> "0." + digits(random, 18);
            case 2 -> whole + "." + digits(random, 25);
            case 3 -> "9007199254740993";
            case 4 -> whole + "e2";
            case 5 -> "+" + whole;
            case 6 -> "." + digits(random, 3);
            case 7 -> whole + ".";
            case 8 -> whole + "E-20";
            default -> Integer.toString(whole);
        };
    }

    private static String digits(Random random, int count) {
        StringBuilder digits = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            digits.append((char) ('0' + random.nextInt(10)));
        }
        return digits.toString();
    }

    private static boolean isJsonNumber(String number) {
        return !number.startsWith("+") && !number.startsWith(".") && !number.endsWith(".");
    }

    private static String quoted(String number) {
        return '"' + number + '"';
    }
}
