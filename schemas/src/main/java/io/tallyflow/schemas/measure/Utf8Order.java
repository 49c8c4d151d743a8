package io.tallyflow.schemas.measure;

/**
 * Orders texts as their UTF-8 bytes are ordered, without making the bytes. That is the order of
 * code points, which {@link String#compareTo} gets wrong between surrogates and U+E000 to U+FFFF.
 */
public final class Utf8Order {

    private Utf8Order() {}

    /** Negative, zero or positive, as for {@link java.util.Comparator#compare}. */
    public static int compare(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char l = left.charAt(i);
            char r = right.charAt(i);
            if (l != r) {
                // Where the texts part, a surrogate stands for a code point above U+FFFF.
                boolean above = Character.isSurrogate(l);
                return above == Character.isSurrogate(r)
                        ? Character.compare(l, r)
                        : (above ? 1 : -1);
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
