package io.tallyflow.functions.meter;

import io.tallyflow.schemas.meter.ValueText;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What stands at the paths of one event type in the data of one event, by slot of the path. */
final class FoundValues {

    /** What a path led to. */
    enum Kind {
        MISSING,
        NULL,
        OBJECT,
        ARRAY,
        BOOLEAN,
        NUMBER,
        STRING
    }

    private final Kind[] kinds;
    private final @Nullable String[] texts;

    /** Nothing found yet. */
    FoundValues(int slots) {
        kinds = new Kind[slots];
        texts = new String[slots];
        Arrays.fill(kinds, Kind.MISSING);
    }

    void put(int slot, Kind kind) {
        kinds[slot] = kind;
        texts[slot] = null;
    }

    /**
     * @param written a number exactly as it was written; a string's contents; true or false
     */
    void put(int slot, Kind kind, String written) {
        kinds[slot] = kind;
        texts[slot] = written;
    }

    Kind kind(int slot) {
        return kinds[slot];
    }

    /** As it was written; null for what has no text. */
    @Nullable String written(int slot) {
        return texts[slot];
    }

    /** The text of a group or distinct value; empty for what has none. */
    String valueText(int slot) {
        String written = texts[slot];
        if (written == null) {
            return "";
        }
        return kinds[slot] == Kind.NUMBER
                ? ValueText.ofNumber(written)
                : ValueText.ofString(written);
    }
}
