package io.tallyflow.local.truth;

import java.util.List;

/** Writes the little JSON that generated events and group names need. */
public final class WrittenJson {

    private static final int FIRST_PRINTABLE = 0x20;
    private static final int LAST_ASCII = 0x7E;

    private WrittenJson() {}

    /** A string in quotes; only what JSON demands is escaped. */
    public static String quote(String text) {
        return quote(text, Character.MAX_VALUE);
    }

    /** A string in quotes, of ASCII characters alone. */
    static String quoteAscii(String text) {
        return quote(text, LAST_ASCII);
    }

    private static String quote(String text, int last) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < FIRST_PRINTABLE || c > last) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /**
     * An object of strings without white space.
     *
     * @param names sorted
     * @param values one for each name
     */
    public static String object(List<String> names, List<String> values) {
        StringBuilder object = new StringBuilder(64).append('{');
        for (int i = 0; i < names.size(); i++) {
            object.append(i == 0 ? "" : ",").append(quote(names.get(i)));
            object.append(':').append(quote(values.get(i)));
        }
        return object.append('}').toString();
    }
}
