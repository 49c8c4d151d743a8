package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.UsageRow;
import java.util.List;

/** Rows of one commit part, decoded. */
record Rows(List<UsageRow> usage, List<Adjustment> adjustments) {

    int count() {
        return usage.size() + adjustments.size();
    }
}
