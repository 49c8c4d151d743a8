package io.tallyflow.functions.meter;

import io.tallyflow.functions.json.JsonText;
import io.tallyflow.functions.paths.Kind;
import io.tallyflow.functions.paths.Places;
import io.tallyflow.schemas.meter.ValueText;
import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.quantity.QuantityResult;
import java.nio.charset.StandardCharsets;

/**
 * What stands at the paths of one event type in the data of one event, by slot of the path: read
 * where it lies.
 *
 * @param data of the event
 * @param places in it, see {@link Places}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
record PlacedValues(byte[] data, int[] places) {

    /** What the path led to. */
    Kind kind(int slot) {
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

    /** What a number or string means as a quantity. */
    QuantityResult quantity(int slot) {
        return kind(slot) == Kind.ESCAPED_STRING
                ? Quantity.read(decoded(slot))
                : Quantity.read(data, start(slot), end(slot));
    }

    /** The text of a group or distinct value; empty for what has none. */
    String valueText(int slot) {
        return switch (kind(slot)) {
            case MISSING, NULL, OBJECT, ARRAY -> "";
            case NUMBER -> ValueText.ofNumber(written(slot));
            case BOOLEAN, STRING -> ValueText.ofString(written(slot));
            case ESCAPED_STRING -> ValueText.ofString(decoded(slot));
        };
    }

    private String decoded(int slot) {
        return JsonText.decode(data, start(slot), end(slot));
    }

    private String written(int slot) {
        return new String(data, start(slot), Places.length(places, slot), StandardCharsets.UTF_8);
    }
}
