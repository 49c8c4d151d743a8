package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.progress.Progress;
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
 * Collapses what came since the last barrier: the newest row per cell and shard, the sum of
 * adjustments per cell, the sum of progress. Has no state: what was not handed over is replayed.
 *
 * <p>What fills a part is encoded at once, and collapsing begins anew; of a key that comes again,
 * the later part counts. So a changed row takes some tens of bytes until the barrier, and what is
 * held in objects never grows beyond one part. A writer that holds much all the same is ahead of
 * what Postgres can take: then it pauses after each part, which holds up its input.
 */
final class UsageWriter implements CommittingSinkWriter<UsageChange, CommitPart> {

    private final WriterBudget budget;
    private final Pause pause;
    private final RowsEncoder encoder = new RowsEncoder();
    private final Map<RowKey, UsageRow> rows = new LinkedHashMap<>();
    private final Map<AdjustedCell, Adjustment> adjustments = new LinkedHashMap<>();
    private final Set<DistinctValue> distincts = new LinkedHashSet<>();
    private final List<byte[]> full = new ArrayList<>();
    private Progress progress = Progress.NONE;
    private int openBytes;
    private long heldBytes;

    UsageWriter(WriterBudget budget, Pause pause) {
        this.budget = budget;
        this.pause = pause;
    }

    /** What a writer does that holds too much. */
    @FunctionalInterface
    interface Pause {
        /**
         * Waits for a limited time: a barrier may be behind what waits for this writer, and only
         * the barrier takes from it what it holds.
         */
        void take(long heldBytes) throws InterruptedException;
    }

    @Override
    public void write(UsageChange change, Context context) throws InterruptedException {
        UsageRow row = change.row();
        Adjustment adjustment = change.adjustment();
        DistinctValue distinct = change.distinct();
        Progress more = change.progress();
        if (row != null) {
            put(new RowKey(row.cell(), row.shard()), row);
        } else if (adjustment != null) {
            add(new AdjustedCell(adjustment.cell(), adjustment.reason()), adjustment);
        } else if (distinct != null) {
            if (distincts.add(distinct)) {
                grow(PartBytes.of(distinct));
            }
        } else if (more != null) {
            progress = progress.plus(more);
        }
        if (openBytes >= budget.partBytes()) {
            fillPart();
        }
    }

    private void put(RowKey key, UsageRow row) {
        UsageRow before = rows.put(key, row);
        if (before != null && before.first() && !row.first()) {
            // Of neither anything is there.
            rows.put(
                    key, new UsageRow(row.cell(), row.partial(), row.settled(), row.shard(), true));
        }
        grow(
                before == null
                        ? PartBytes.of(row)
                        : PartBytes.partial(row.partial()) - PartBytes.partial(before.partial()));
    }

    private void add(AdjustedCell key, Adjustment adjustment) {
        Adjustment before = adjustments.get(key);
        Adjustment after = before == null ? adjustment : merged(before, adjustment);
        adjustments.put(key, after);
        grow(
                before == null
                        ? PartBytes.of(after)
                        : PartBytes.partial(after.partial()) - PartBytes.partial(before.partial()));
    }

    private void grow(int bytes) {
        openBytes += openBytes == 0 ? PartBytes.HEAD + bytes : bytes;
    }

    private void fillPart() throws InterruptedException {
        closePart();
        if (heldBytes >= budget.heldBytes()) {
            pause.take(heldBytes);
        }
    }

    private void closePart() {
        byte[] part = encoder.encode(new Rows(rows.values(), adjustments.values(), distincts));
        full.add(part);
        heldBytes += part.length;
        rows.clear();
        adjustments.clear();
        distincts.clear();
        openBytes = 0;
    }

    /** Encoded bytes that wait for the barrier. */
    long heldBytes() {
        return heldBytes;
    }

    @Override
    public void flush(boolean endOfInput) {
        // Everything leaves with the commit.
    }

    /** Always at least one part, so that every checkpoint has a commit. */
    @Override
    public Collection<CommitPart> prepareCommit() {
        if (openBytes > 0 || full.isEmpty()) {
            closePart();
        }
        List<CommitPart> parts = new ArrayList<>();
        for (byte[] encoded : full) {
            parts.add(CommitPart.unnamed(parts.isEmpty() ? progress : Progress.NONE, encoded));
        }
        full.clear();
        heldBytes = 0;
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

    /** In order for the same reason as {@link UsageCell}. */
    private record RowKey(UsageCell cell, int shard) implements Comparable<RowKey> {

        @Override
        public int compareTo(RowKey other) {
            int byCell = cell.compareTo(other.cell);
            return byCell != 0 ? byCell : Integer.compare(shard, other.shard);
        }
    }

    /** Likewise. */
    private record AdjustedCell(UsageCell cell, AdjustmentReason reason)
            implements Comparable<AdjustedCell> {

        @Override
        public int compareTo(AdjustedCell other) {
            int byCell = cell.compareTo(other.cell);
            return byCell != 0 ? byCell : reason.compareTo(other.reason);
        }
    }
}
