package io.tallyflow.operations.run;

import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.usage.CellKey;
import io.tallyflow.schemas.usage.CellKeys;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Makes rows of counted cells, in the order of their keys, so that the rows that are written at
 * once are neighbours in the index.
 */
final class RowsOfCells {

    /** So few that a commit of the stream never waits for long. */
    private static final int ROWS_AT_ONCE = 20_000;

    /** Takes some of the rows. */
    @FunctionalInterface
    interface Receiver {
        void accept(Rows rows) throws Exception;
    }

    private final String layer;
    private final int shard;
    private final Aggregation aggregation;
    private final Receiver receiver;
    private List<UsageRow> usage = new ArrayList<>();
    private List<DistinctValue> values = new ArrayList<>();

    /**
     * @param layer whose cells distinct values name
     * @param shard that rows of usage bear
     */
    RowsOfCells(String layer, int shard, Aggregation aggregation, Receiver receiver) {
        this.layer = layer;
        this.shard = shard;
        this.aggregation = aggregation;
        this.receiver = receiver;
    }

    private record Keyed(CellKey key, UsageCell cell, CountedCell counted) {
        static Keyed of(CellKeys keys, Map.Entry<UsageCell, CountedCell> entry) {
            return new Keyed(keys.of(entry.getKey()), entry.getKey(), entry.getValue());
        }
    }

    /** Hands all of them over. */
    void send(Map<UsageCell, CountedCell> cells) throws Exception {
        CellKeys keys = new CellKeys();
        List<Keyed> sorted = new ArrayList<>(cells.size());
        cells.entrySet().forEach(entry -> sorted.add(Keyed.of(keys, entry)));
        sorted.sort(
                Comparator.comparing(Keyed::key)
                        .thenComparingLong(keyed -> keyed.cell().windowStartMillis()));
        for (Keyed keyed : sorted) {
            usage.add(
                    new UsageRow(
                            keyed.cell(),
                            keyed.counted().partial(aggregation),
                            /* settled= */ true,
                            shard,
                            /* first= */ true));
            flushIfMany();
            UsageCell inLayer = inLayer(keyed.cell());
            for (String value : keyed.counted().values()) {
                values.add(new DistinctValue(inLayer, value));
                flushIfMany();
            }
        }
        flush();
    }

    private UsageCell inLayer(UsageCell cell) {
        return new UsageCell(
                layer,
                cell.subject(),
                cell.group(),
                cell.windowStartMillis(),
                cell.windowEndMillis());
    }

    private void flushIfMany() throws Exception {
        if (usage.size() + values.size() >= ROWS_AT_ONCE) {
            flush();
        }
    }

    private void flush() throws Exception {
        if (!usage.isEmpty() || !values.isEmpty()) {
            receiver.accept(new Rows(usage, List.of(), values));
            usage = new ArrayList<>();
            values = new ArrayList<>();
        }
    }
}
