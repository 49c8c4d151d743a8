package io.tallyflow.connectors.postgres.rows;

import io.tallyflow.schemas.meter.LayerName;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.CellKey;
import io.tallyflow.schemas.usage.CellKeys;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.TextHash;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Turns the rows of one part into what is sent: sorted by key, so that neighbours in a part are
 * neighbours in the index. So the writers, of which there are many, do the work, and the one
 * committer passes it on. For one thread.
 */
public final class RowsEncoder {

    /** Half a million cells in eight MiB. */
    private static final int SENT_CELLS_BITS = 19;

    private final CellKeys keys = new CellKeys();
    private final SentCells sent;

    public RowsEncoder() {
        this(SENT_CELLS_BITS);
    }

    /**
     * The same with another memory of cells.
     *
     * @param sentCellsBits of the number of cells that are remembered
     */
    public RowsEncoder(int sentCellsBits) {
        this.sent = new SentCells(sentCellsBits);
    }

    /**
     * The bytes of rows, as {@link RowsCodec} reads them.
     *
     * @param rows with no key twice
     */
    public byte[] encode(Rows rows) {
        Part part = new Part();
        part.addUsage(keyed(rows.usage(), UsageRow::cell));
        part.addAdjustments(keyed(rows.adjustments(), Adjustment::cell));
        part.addDistincts(keyed(rows.distincts(), DistinctValue::cell));
        part.addCells();
        return part.packed();
    }

    private record Keyed<T>(CellKey key, UsageCell cell, T row) {}

    private <T> List<Keyed<T>> keyed(Collection<T> rows, Function<T, UsageCell> cellOf) {
        return rows.stream()
                .map(
                        row -> {
                            UsageCell cell = cellOf.apply(row);
                            return new Keyed<>(keys.of(cell), cell, row);
                        })
                .sorted(
                        Comparator.<Keyed<T>, CellKey>comparing(Keyed::key)
                                .thenComparingLong(row -> row.cell().windowStartMillis()))
                .toList();
    }

    /** A part while it is being filled. */
    private final class Part {

        private final Map<String, Integer> layers = new LinkedHashMap<>();
        private final Map<CellKey, UsageCell> cells = new LinkedHashMap<>();
        private final List<RowBlockBuilder> blocks =
                Stream.of(RowKind.values()).map(RowBlockBuilder::new).toList();
        private long from = Long.MAX_VALUE;
        private long until = Long.MIN_VALUE;

        private RowBlockBuilder block(RowKind kind) {
            return blocks.get(kind.ordinal());
        }

        private int layer(UsageCell cell) {
            return layers.computeIfAbsent(cell.meter(), meter -> layers.size());
        }

        private void name(Keyed<?> row) {
            if (sent.add(row.key())) {
                cells.put(row.key(), row.cell());
            }
        }

        void addUsage(List<Keyed<UsageRow>> rows) {
            for (Keyed<UsageRow> keyed : rows) {
                UsageRow row = keyed.row();
                long start = row.cell().windowStartMillis();
                if (row.first()) {
                    name(keyed);
                }
                from = Math.min(from, start);
                until = Math.max(until, start);
                RowBlockBuilder block =
                        block(row.first() ? RowKind.FIRST_USAGE : RowKind.CHANGED_USAGE);
                block.integer(layer(row.cell()));
                if (row.first()) {
                    block.bigint(0); // the commit, which is not known yet
                }
                block.key(keyed.key())
                        .millis(start)
                        .integer(row.shard())
                        .partial(row.partial())
                        .bool(row.settled());
            }
        }

        void addAdjustments(List<Keyed<Adjustment>> rows) {
            for (Keyed<Adjustment> keyed : rows) {
                name(keyed);
                block(RowKind.ADJUSTMENT)
                        .integer(layer(keyed.cell()))
                        .key(keyed.key())
                        .millis(keyed.cell().windowStartMillis())
                        .partial(keyed.row().partial())
                        .text(keyed.row().reason().label());
            }
        }

        void addDistincts(List<Keyed<DistinctValue>> rows) {
            for (Keyed<DistinctValue> keyed : rows) {
                name(keyed);
                block(RowKind.DISTINCT)
                        .integer(layer(keyed.cell()))
                        .key(keyed.key())
                        .millis(keyed.cell().windowStartMillis())
                        .key(keyOf(keyed.row().text()))
                        .text(keyed.row().text());
            }
        }

        void addCells() {
            cells.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(
                            entry ->
                                    block(RowKind.CELL)
                                            .integer(layer(entry.getValue()))
                                            .key(entry.getKey())
                                            .text(entry.getValue().subject())
                                            .text(entry.getValue().group()));
        }

        byte[] packed() {
            List<String> names = layers.keySet().stream().map(LayerName::of).toList();
            int[] counts = blocks.stream().mapToInt(RowBlockBuilder::count).toArray();
            return RowsCodec.pack(new PartSummary(counts, from, until), names, blocks);
        }
    }

    private static CellKey keyOf(String text) {
        ByteBuffer hash = ByteBuffer.wrap(TextHash.of(text));
        return new CellKey(hash.getLong(), hash.getLong());
    }
}
