package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.usage.UsageCell;

/**
 * A cell and what it came to.
 *
 * @param sent whether something was said of it before; what state knows was
 */
record KnownCell(UsageCell name, UsagePartial partial, boolean sent) {

    /** A cell as state knows it. */
    static KnownCell stored(UsageCell name, UsagePartial partial) {
        return new KnownCell(name, partial, true);
    }
}
