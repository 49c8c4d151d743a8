package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageRow;
import java.util.Collection;
import java.util.List;

/** What a commit writes beside the ledger. */
record Rows(
        Collection<UsageRow> usage,
        Collection<Adjustment> adjustments,
        Collection<DistinctValue> distincts) {

    /** Nothing. */
    static final Rows NONE = new Rows(List.of(), List.of(), List.of());
}
