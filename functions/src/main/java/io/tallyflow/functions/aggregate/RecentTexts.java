package io.tallyflow.functions.aggregate;

import org.jspecify.annotations.Nullable;

/**
 * Some of the texts that {@link KeptTexts} holds, those asked for lately: to find one of them,
 * nobody has to hash it secretly or to fetch it from a far part of the heap. A text takes the place
 * of another whose hash is alike, so that the memory is bounded. Texts that were made to meet here
 * gain their maker nothing: a look that fails is one comparison, and then they are found by their
 * secret hash. Confined to one thread.
 */
final class RecentTexts {

    private static final int BITS = 14;

    private final KeptTexts all;
    private final @Nullable KeptText[] texts = new @Nullable KeptText[1 << BITS];

    /** Hashes of the texts: another text is told apart without fetching the one that is here. */
    private final int[] hashes = new int[1 << BITS];

    private @Nullable String lastAsked;
    private @Nullable KeptText lastFound;

    RecentTexts(KeptTexts all) {
        this.all = all;
    }

    /** The text that is held, or a new one that is not. */
    @SuppressWarnings("ReferenceEquality") // the readings of one event come with one text
    KeptText find(String text) {
        KeptText found = lastFound;
        if (text != lastAsked || found == null || !found.isHeld()) {
            found = lookUp(text);
            lastAsked = text;
            lastFound = found;
        }
        return found;
    }

    private KeptText lookUp(String text) {
        int place = place(text);
        KeptText known = texts[place];
        if (known == null || hashes[place] != text.hashCode() || !known.text().equals(text)) {
            known = all.find(text);
            if (known.isHeld()) {
                texts[place] = known;
                hashes[place] = text.hashCode();
            }
        }
        return known;
    }

    /** Nobody holds the text any more. */
    void forget(KeptText text) {
        int place = place(text.text());
        if (texts[place] == text) {
            texts[place] = null;
        }
    }

    private static int place(String text) {
        return text.hashCode() * 0x9E3779B9 >>> Integer.SIZE - BITS;
    }
}
