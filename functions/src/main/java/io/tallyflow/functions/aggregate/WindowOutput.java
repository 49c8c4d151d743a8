package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;

/** Where windows send what they have to say. */
interface WindowOutput {

    /**
     * What a cell came to; replaces what was said of it before.
     *
     * @param key that the cell is kept under
     */
    void row(int key, KnownCell cell, boolean settled);

    /** A value that a cell sees for the first time. */
    void value(DistinctValue value);

    /** The last word of a cell. */
    void settled(UsageCell cell, UsagePartial partial, long distinctValues);

    /** The last word of a cell that counts distinct values: each of them. */
    void settledValue(DistinctValue value);
}
