package io.tallyflow.functions.meter;

import io.tallyflow.functions.paths.Kind;
import io.tallyflow.schemas.meter.ValueText;
import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.quantity.QuantityResult;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Values that a {@link DataWalk} has read. */
final class WalkedValues implements FoundValues {

    private final Kind[] kinds;
    private final @Nullable String[] texts;

    /** Nothing found yet. */
    WalkedValues(int slots) {
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

    @Override
    public Kind kind(int slot) {
        return kinds[slot];
    }

    @Override
    public QuantityResult quantity(int slot) {
        return Quantity.read(Objects.requireNonNull(texts[slot]));
    }

    @Override
    public String valueText(int slot) {
        String written = texts[slot];
        if (written == null) {
            return "";
        }
        return kinds[slot] == Kind.NUMBER
                ? ValueText.ofNumber(written)
                : ValueText.ofString(written);
    }
}
