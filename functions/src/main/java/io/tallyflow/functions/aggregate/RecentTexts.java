package io.tallyflow.functions.aggregate;

import org.jspecify.annotations.Nullable;

/**
 * Texts that were seen lately. Equal texts of different events become one: to find it equal, nobody
 * has to fetch it from a far part of the heap, and all that is kept under it share its bytes. A new
 * text takes the place of another whose hash is alike, so that the memory is bounded, whatever the
 * number of texts. Confined to one thread.
 */
final class RecentTexts {

    private static final int BITS = 14;

    private final @Nullable String[] texts = new @Nullable String[1 << BITS];
    private @Nullable String last;
    private @Nullable String sameAsLast;

    /** An equal text; the same one for equal texts, as long as they come often. */
    @SuppressWarnings("ReferenceEquality") // the readings of one event come with one text
    String sameText(String text) {
        if (text != last || sameAsLast == null) {
            last = text;
            sameAsLast = find(text);
        }
        return sameAsLast;
    }

    private String find(String text) {
        int at = text.hashCode() * 0x9E3779B9 >>> Integer.SIZE - BITS;
        String known = texts[at];
        if (known != null && known.equals(text)) {
            return known;
        }
        texts[at] = text;
        return text;
    }
}
