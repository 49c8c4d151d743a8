package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;

/** Listens to nothing. */
final class Unheard implements WindowOutput {

    @Override
    public void row(int key, KnownCell cell, boolean settled) {}

    @Override
    public void value(DistinctValue value) {}

    @Override
    public void settled(UsageCell cell, UsagePartial partial, long distinctValues) {}

    @Override
    public void settledValue(DistinctValue value) {}
}
