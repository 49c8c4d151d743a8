package io.tallyflow.local.truth;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Values that are grouped by or told apart: a few ordinary ones, and those that break things. */
final class Words {

    static final Words MODELS = new Words(plain("gpt-4", "claude", "llama-3", "mistral-7b"));
    static final Words TYPES = new Words(plain("input", "output"));
    static final Words ZONES = new Words(plain("eu-1", "eu-2", "us-1"));
    static final Words VOLUMES = new Words(numbered("volume-", 6));
    static final Words USERS = new Words(numbered("user-", 400));

    /** All of one kind are one value: the text decides, not how it was written. */
    private static final List<Written> ODD =
            List.of(
                    Written.string("7"),
                    Written.number("7"),
                    Written.number("7.0"),
                    Written.number("70e-1"),
                    Written.string("007"),
                    Written.number("1e2"),
                    Written.number("100.0"),
                    Written.string("1e2"),
                    Written.number("-0"),
                    Written.number("0.0"),
                    Written.string("-0"),
                    Written.number("1e300"),
                    Written.number("-1.50E-7"),
                    Written.bool(true),
                    Written.bool(false),
                    Written.string("true"),
                    Written.string(""),
                    Written.string(" "),
                    Written.string("mistral \"7b\""),
                    Written.string("back\\slash"),
                    Written.string("tab\tand line\n", "\"tab\\tand line\\n\""),
                    Written.string("mod\u00e8le"),
                    Written.string("mod\u00e8le", "\"mod\\u00e8le\""),
                    Written.string("mode\u0300le"),
                    Written.string("\u6a21\u578b"),
                    Written.string("\ud83d\ude80"),
                    Written.string("\ud83d\ude80", "\"\\ud83d\\ude80\""),
                    Written.string("\uff5e"),
                    Written.string("\u00e9".repeat(128)),
                    Written.string("\u00e9".repeat(129)),
                    Written.string("x".repeat(300)),
                    Written.string("null"),
                    Written.NULL,
                    Written.object("{\"name\":\"gpt-4\"}"),
                    Written.array("[\"gpt-4\"]"),
                    Written.MISSING);

    private static final int ODD_ONES = 24;

    private final List<Written> usual;

    private Words(List<Written> usual) {
        this.usual = usual;
    }

    Written any(Random random) {
        boolean odd = random.nextInt(ODD_ONES) == 0;
        List<Written> from = odd ? ODD : usual;
        return from.get(random.nextInt(from.size()));
    }

    private static List<Written> plain(String... words) {
        return Stream.of(words).map(Written::string).toList();
    }

    private static List<Written> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> Written.string(prefix + i)).toList();
    }
}
