package io.tallyflow.functions.meter;

import io.tallyflow.functions.paths.Kind;
import io.tallyflow.schemas.quantity.QuantityResult;

/** What stands at the paths of one event type in the data of one event, by slot of the path. */
sealed interface FoundValues permits WalkedValues, PlacedValues {

    /** What the path led to. */
    Kind kind(int slot);

    /** What a number or string means as a quantity. */
    QuantityResult quantity(int slot);

    /** The text of a group or distinct value; empty for what has none. */
    String valueText(int slot);
}
