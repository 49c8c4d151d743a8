package io.tallyflow.local.truth;

import java.util.List;
import java.util.Random;

/** Quantities as producers write them. */
final class Numbers {

    /** Values that give no reading: the text, the kind, or the size is wrong. */
    private static final List<Written> UNREADABLE =
            List.of(
                    Written.MISSING,
                    Written.NULL,
                    Written.bool(true),
                    Written.object("{}"),
                    Written.array("[1]"),
                    Written.string("abc"),
                    Written.string("12abc"),
                    Written.string("NaN"),
                    Written.string("Inf"),
                    Written.string(""),
                    Written.string(" 1"),
                    Written.string("1e"),
                    Written.string("0x1F"),
                    Written.string("1_000"),
                    Written.string("\u0661\u0662"),
                    Written.string("1".repeat(65)),
                    Written.number("100000000000000000000"),
                    Written.number("-1e20"),
                    Written.number("99999999999999999999.9999999999999999995"),
                    Written.string("1e400"),
                    Written.immense("1e999999999"),
                    Written.immense("1e99999999999"));

    /** Numbers that are easily read wrong. */
    private static final List<Written> TRICKY =
            List.of(
                    Written.number("0"),
                    Written.number("-0"),
                    Written.number("0e400"),
                    Written.number("1e-400"),
                    Written.number("9007199254740993"),
                    Written.number("0.0000000000000000005"),
                    Written.number("-0.0000000000000000005"),
                    Written.number("0.00000000000000000049999999999999999999"),
                    Written.string("0.4567890123456789"),
                    Written.string("0".repeat(63) + "7"));

    /** One of these fits a cell, two do not. */
    private static final List<Written> HUGE =
            List.of(
                    Written.number("50000000000000000000"),
                    Written.number("6e19"),
                    Written.string("55555555555555555555.555555555555555555"));

    private static final int MOST = 5_000;

    private Numbers() {}

    static Written unreadable(Random random) {
        return one(UNREADABLE, random);
    }

    static Written huge(Random random) {
        return one(HUGE, random);
    }

    /** Mostly whole numbers; some that a double could not hold, some that must be rounded. */
    static Written any(Random random) {
        int whole = random.nextInt(MOST);
        return switch (random.nextInt(24)) {
            case 0 -> number(whole + ".1", random);
            case 1 -> number("0." + digits(random, 18), random);
            case 2 -> number(whole + "." + digits(random, 25), random);
            case 3 -> number("-" + whole + "." + digits(random, 20), random);
            case 4 -> number(whole + "e2", random);
            case 5 -> number(whole + "E-20", random);
            case 6 -> Written.quoted("+" + whole);
            case 7 -> Written.quoted("." + digits(random, 3));
            case 8 -> Written.quoted(whole + ".");
            case 9 -> one(TRICKY, random);
            default -> number(Integer.toString(whole), random);
        };
    }

    private static Written number(String json, Random random) {
        return random.nextInt(4) == 0 ? Written.quoted(json) : Written.number(json);
    }

    private static Written one(List<Written> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }

    private static String digits(Random random, int count) {
        StringBuilder digits = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            digits.append((char) ('0' + random.nextInt(10)));
        }
        return digits.toString();
    }
}
