package io.tallyflow.connectors.postgres.rows;

import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageRow;
import java.util.Collection;
import java.util.List;

/** What a commit writes beside the ledger. */
public record Rows(
        Collection<UsageRow> usage,
        Collection<Adjustment> adjustments,
        Collection<DistinctValue> distincts) {

    /** Nothing. */
    public static final Rows NONE = new Rows(List.of(), List.of(), List.of());
}
