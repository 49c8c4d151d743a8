package io.tallyflow.schemas.meter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The canonical text of a group: a JSON object of strings, names sorted, no white space; {@code {}}
 * for none. Equal groups have equal texts, so the text can be a key.
 *
 * <p>Only what JSON requires is escaped: {@code "} and {@code \} with a backslash, and U+0000 to
 * U+001F as {@code \}{@code u00xx} in lower-case hex, without the short forms. Everything else
 * stands for itself.
 */
public final class GroupText {

    /** The group of a meter that groups by nothing. */
    public static final String NONE = "{}";

    /** Stands for all values of a dimension that have no group of their own. */
    public static final String OTHER = "__other__";

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private GroupText() {}

    /** The text of a group given as name to value. */
    public static String of(Map<String, String> group) {
        TreeMap<String, String> sorted = new TreeMap<>(group);
        return of(new ArrayList<>(sorted.keySet()), new ArrayList<>(sorted.values()));
    }

    /**
     * The text of a group given as two lists that belong together.
     *
     * @param names sorted and without repetition, as in {@link Meter#groupBy}
     */
    public static String of(List<String> names, List<String> values) {
        if (names.size() != values.size()) {
            throw new IllegalArgumentException(
                    names.size() + " names, but " + values.size() + " values");
        }
        if (names.isEmpty()) {
            return NONE;
        }
        StringBuilder out = new StringBuilder(32 * names.size());
        for (int i = 0; i < names.size(); i++) {
            out.append(i == 0 ? '{' : ',');
            quote(out, names.get(i));
            out.append(':');
            quote(out, values.get(i));
        }
        return out.append('}').toString();
    }

    /**
     * The group that takes what has no room in groups of its own: the same names, each with the
     * value {@link #OTHER}.
     *
     * @param group a text made here, with at least one name
     */
    public static String other(String group) {
        StringBuilder out = new StringBuilder(group.length());
        int at = 0;
        while (group.charAt(at) != '}') {
            int endOfName = endOfQuoted(group, at + 1);
            out.append(group, at, endOfName).append(":\"").append(OTHER).append('"');
            at = endOfQuoted(group, endOfName + 1);
        }
        return out.append('}').toString();
    }

    /**
     * Whether it is the group that takes what has no room in groups of its own.
     *
     * @param group a text made here
     */
    public static boolean isOther(String group) {
        return !group.equals(NONE) && group.equals(other(group));
    }

    /** Behind the quotation mark that closes the one at {@code open}. */
    private static int endOfQuoted(String text, int open) {
        int at = open + 1;
        while (text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        int copied = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '"' || c == '\\') {
                out.append(text, copied, i);
                escape(out, c);
                copied = i + 1;
            }
        }
        out.append(text, copied, text.length()).append('"');
    }

    private static void escape(StringBuilder out, char c) {
        out.append('\\');
        if (c < ' ') {
            out.append("u00").append(HEX[c >> 4]).append(HEX[c & 0xf]);
        } else {
            out.append(c);
        }
    }
}
