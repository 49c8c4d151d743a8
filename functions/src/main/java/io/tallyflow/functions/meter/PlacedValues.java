package io.tallyflow.functions.meter;

import io.tallyflow.functions.paths.Kind;
import io.tallyflow.functions.paths.Places;
import io.tallyflow.schemas.meter.ValueText;
import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.quantity.QuantityResult;
import java.nio.charset.StandardCharsets;

/**
 * Values whose places the parser has noted, read where they lie.
 *
 * @param data of the event
 * @param places in it, see {@link Places}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
record PlacedValues(byte[] data, int[] places) implements FoundValues {

    @Override
    public Kind kind(int slot) {
        return Places.kind(places, slot);
    }

    /** Where the value begins in data. */
    int start(int slot) {
        return Places.start(places, slot);
    }

    /** Where it ends, exclusive. */
    int end(int slot) {
        return start(slot) + Places.length(places, slot);
    }

    @Override
    public QuantityResult quantity(int slot) {
        return Quantity.read(data, start(slot), end(slot));
    }

    @Override
    public String valueText(int slot) {
        return switch (kind(slot)) {
            case MISSING, NULL, OBJECT, ARRAY -> "";
            case NUMBER -> ValueText.ofNumber(written(slot));
            case BOOLEAN, STRING -> ValueText.ofString(written(slot));
        };
    }

    private String written(int slot) {
        return new String(data, start(slot), Places.length(places, slot), StandardCharsets.UTF_8);
    }
}
