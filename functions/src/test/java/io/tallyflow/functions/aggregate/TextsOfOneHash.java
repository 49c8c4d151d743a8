package io.tallyflow.functions.aggregate;

/** Different texts that {@link String#hashCode} does not tell apart. */
final class TextsOfOneHash {

    private static final int PAIRS = 20;

    private TextsOfOneHash() {}

    /** One of a million. */
    static String text(int number) {
        StringBuilder text = new StringBuilder();
        for (int pair = 0; pair < PAIRS; pair++) {
            text.append((number >>> pair & 1) == 0 ? "Aa" : "BB");
        }
        return text.toString();
    }
}
