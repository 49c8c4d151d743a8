package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.state.UsagePartials;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageChange;
import io.tallyflow.schemas.usage.UsageRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;

/**
 * Collapses what came since the last barrier: the newest row per cell, the sum of adjustments per
 * cell, the sum of progress. Has no state: what was not handed over is replayed.
 */
final class UsageWriter implements CommittingSinkWriter<UsageChange, CommitPart> {

    private final int partBytes;
    private final Map<UsageCell, UsageRow> rows = new LinkedHashMap<>();
    private final Map<AdjustedCell, Adjustment> adjustments = new LinkedHashMap<>();
    private final Set<DistinctValue> distincts = new LinkedHashSet<>();
    private Progress progress = Progress.NONE;

    UsageWriter(int partBytes) {
        this.partBytes = partBytes;
    }

    @Override
    public void write(UsageChange change, Context context) {
        UsageRow row = change.row();
        Adjustment adjustment = change.adjustment();
        DistinctValue distinct = change.distinct();
        Progress more = change.progress();
        if (row != null) {
            rows.put(row.cell(), row);
        } else if (adjustment != null) {
            adjustments.merge(
                    new AdjustedCell(adjustment.cell(), adjustment.reason()),
                    adjustment,
                    UsageWriter::merged);
        } else if (distinct != null) {
            distincts.add(distinct);
        } else if (more != null) {
            progress = progress.plus(more);
        }
    }

    @Override
    public void flush(boolean endOfInput) {
        // Everything leaves with the commit.
    }

    /** Always at least one part, so that every checkpoint has a commit. */
    @Override
    public Collection<CommitPart> prepareCommit() {
        List<CommitPart> parts = new ArrayList<>();
        Rows all = new Rows(rows.values(), adjustments.values(), distincts);
        for (byte[] encoded : RowsCodec.encode(all, partBytes)) {
            parts.add(CommitPart.unnamed(parts.isEmpty() ? progress : Progress.NONE, encoded));
        }
        rows.clear();
        adjustments.clear();
        distincts.clear();
        progress = Progress.NONE;
        return parts;
    }

    @Override
    public void close() {
        // Holds nothing but memory.
    }

    private static Adjustment merged(Adjustment left, Adjustment right) {
        return new Adjustment(
                left.cell(), left.reason(), UsagePartials.merge(left.partial(), right.partial()));
    }

    private record AdjustedCell(UsageCell cell, AdjustmentReason reason) {}
}
