package io.tallyflow.connectors.postgres.rows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Rows of one kind, in Postgres's binary formats.
 *
 * @param columns one array per column; of a kind that is copied, all rows as the only element
 */
public record RowBlock(RowKind kind, int count, List<byte[]> columns) {

    /** Dimensions, whether there are nulls, the type, the length, the index of the first. */
    static final int ARRAY_HEADER = 5 * Integer.BYTES;

    private static final int NULLS = Integer.BYTES;
    private static final int ELEMENTS = 3 * Integer.BYTES;
    private static final int LENGTH = Integer.BYTES;

    /** The column of the cell's key, in every kind that is not copied. */
    private static final int KEY = 1;

    private static final int KEY_BYTES = 2 * Long.BYTES;

    /** Rows of one kind from several blocks, none of which is copied. */
    public static RowBlock joined(RowKind kind, List<RowBlock> blocks) {
        List<RowBlock> some = blocks.stream().filter(block -> !block.isEmpty()).toList();
        if (some.size() <= 1) {
            return some.isEmpty() ? new RowBlock(kind, 0, List.of()) : some.get(0);
        }
        int count = some.stream().mapToInt(RowBlock::count).sum();
        List<byte[]> columns = new ArrayList<>();
        for (int column = 0; column < kind.columns().size(); column++) {
            int place = column;
            columns.add(
                    joined(some.stream().map(block -> block.columns().get(place)).toList(), count));
        }
        return new RowBlock(kind, count, columns);
    }

    private static byte[] joined(List<byte[]> arrays, int count) {
        int values = arrays.stream().mapToInt(array -> array.length - ARRAY_HEADER).sum();
        ByteBuffer all = ByteBuffer.allocate(ARRAY_HEADER + values);
        all.put(arrays.get(0), 0, ARRAY_HEADER);
        int nulls = 0;
        for (byte[] array : arrays) {
            nulls |= ByteBuffer.wrap(array).getInt(NULLS);
            all.put(array, ARRAY_HEADER, array.length - ARRAY_HEADER);
        }
        return all.putInt(NULLS, nulls).putInt(ELEMENTS, count).array();
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** The same rows of a kind that is copied, with an array per column. */
    public RowBlock inArrays() {
        RowBlockBuilder builder = RowBlockBuilder.inArrays(kind);
        ByteBuffer rows = ByteBuffer.wrap(columns.get(0));
        while (rows.hasRemaining()) {
            for (int left = rows.getShort(); left > 0; left--) {
                builder.encoded(rows);
            }
        }
        return builder.build();
    }

    /** Bytes of all columns. */
    public long bytes() {
        return columns.stream().mapToLong(column -> column.length).sum();
    }

    /**
     * The rows of some of the cells; of a kind that is not copied. All rows of a cell are of one
     * share, in whichever block they are.
     *
     * @param share from 0
     * @param shares how many there are, about alike in size
     */
    public RowBlock share(int share, int shares) {
        if (isEmpty()) {
            return this;
        }
        BitSet chosen = new BitSet(count);
        ByteBuffer keys = ByteBuffer.wrap(columns.get(KEY));
        for (int row = 0; row < count; row++) {
            long high = keys.getLong(ARRAY_HEADER + row * (LENGTH + KEY_BYTES) + LENGTH);
            chosen.set(row, Long.remainderUnsigned(high, shares) == share);
        }
        int some = chosen.cardinality();
        return some == 0
                ? new RowBlock(kind, 0, List.of())
                : new RowBlock(
                        kind,
                        some,
                        columns.stream().map(column -> elements(column, chosen)).toList());
    }

    private static byte[] elements(byte[] array, BitSet chosen) {
        ByteBuffer all = ByteBuffer.wrap(array);
        ByteBuffer some = ByteBuffer.allocate(array.length);
        some.put(array, 0, ARRAY_HEADER).putInt(ELEMENTS, chosen.cardinality());
        int at = ARRAY_HEADER;
        for (int row = 0; at < array.length; row++) {
            int size = LENGTH + Math.max(0, all.getInt(at));
            if (chosen.get(row)) {
                some.put(array, at, size);
            }
            at += size;
        }
        return Arrays.copyOf(some.array(), some.position());
    }

    /**
     * Puts what only the committer knows in its places.
     *
     * @param layers numbers by their places in the part's list of names
     * @param commit number of the commit
     */
    public void stamp(int[] layers, long commit) {
        if (isEmpty()) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(columns.get(0));
        if (kind.isCopied()) {
            stampRows(bytes, layers, commit);
        } else {
            stampLayers(bytes, layers);
        }
    }

    private void stampLayers(ByteBuffer array, int[] layers) {
        for (int row = 0; row < count; row++) {
            int at = ARRAY_HEADER + row * (LENGTH + Integer.BYTES) + LENGTH;
            array.putInt(at, layers[array.getInt(at)]);
        }
    }

    private static void stampRows(ByteBuffer rows, int[] layers, long commit) {
        while (rows.hasRemaining()) {
            int values = rows.getShort();
            int layer = rows.position() + LENGTH;
            rows.putInt(layer, layers[rows.getInt(layer)]);
            rows.putLong(layer + Integer.BYTES + LENGTH, commit);
            for (int left = values; left > 0; left--) {
                int length = rows.getInt();
                rows.position(rows.position() + Math.max(0, length));
            }
        }
    }
}
