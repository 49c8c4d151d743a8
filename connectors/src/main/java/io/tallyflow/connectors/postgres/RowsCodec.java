package io.tallyflow.connectors.postgres;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.TextHash;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Bytes of the rows in a commit part: sorted by key, turned into one binary array per column, and
 * compressed. So the writers, of which there are many, do the work, and the one committer passes
 * the arrays on as they are. They lie in checkpoints, so the format carries a version.
 *
 * <p>Format: version, rows of each kind, bytes before compression, then a zstd frame of the columns
 * of the kinds that have rows.
 */
final class RowsCodec {

    private static final byte VERSION = 3;
    private static final int LEVEL = 1;
    private static final RowKind[] KINDS = RowKind.values();
    private static final int HEADER = 1 + (KINDS.length + 1) * Integer.BYTES;

    /** As the primary keys: neighbours in a part are neighbours in the index. */
    private static final Comparator<UsageCell> BY_KEY =
            Comparator.comparing(UsageCell::meter)
                    .thenComparing(UsageCell::subject)
                    .thenComparingLong(UsageCell::windowStartMillis)
                    .thenComparing(UsageCell::group);

    private RowsCodec() {}

    /**
     * The bytes of rows.
     *
     * @param rows with no key twice
     */
    static byte[] encode(Rows rows) {
        Map<String, byte[]> hashes = new HashMap<>();
        Function<String, byte[]> hash = text -> hashes.computeIfAbsent(text, TextHash::of);
        List<RowBlockBuilder> blocks = new ArrayList<>();
        for (RowKind kind : KINDS) {
            blocks.add(new RowBlockBuilder(kind, hash));
        }
        addUsage(rows, blocks.get(RowKind.USAGE.ordinal()));
        addAdjustments(rows, blocks.get(RowKind.ADJUSTMENT.ordinal()));
        addDistincts(rows, blocks.get(RowKind.DISTINCT.ordinal()));
        int[] counts = {rows.usage().size(), rows.adjustments().size(), rows.distincts().size()};
        ByteBuffer columns =
                ByteBuffer.allocate(blocks.stream().mapToInt(RowBlockBuilder::size).sum());
        for (int kind = 0; kind < KINDS.length; kind++) {
            if (counts[kind] > 0) {
                blocks.get(kind).writeTo(columns);
            }
        }
        return packed(counts, columns.flip());
    }

    private static byte[] packed(int[] counts, ByteBuffer columns) {
        int plain = columns.remaining();
        byte[] packed = new byte[HEADER + (int) Zstd.compressBound(plain)];
        ByteBuffer header = ByteBuffer.wrap(packed).put(VERSION);
        for (int count : counts) {
            header.putInt(count);
        }
        header.putInt(plain);
        long length =
                Zstd.compressByteArray(
                        packed, HEADER, packed.length - HEADER, columns.array(), 0, plain, LEVEL);
        return Arrays.copyOf(packed, HEADER + (int) length);
    }

    /** How many rows of a kind {@link #encode} was given. */
    static int count(byte[] bytes, RowKind kind) throws IOException {
        return checked(bytes).getInt(1 + kind.ordinal() * Integer.BYTES);
    }

    /** What {@link #encode} wrote. */
    static RowBlocks decode(byte[] bytes) throws IOException {
        ByteBuffer header = checked(bytes).position(1 + KINDS.length * Integer.BYTES);
        byte[] plain = new byte[header.getInt()];
        try {
            Zstd.decompressByteArray(plain, 0, plain.length, bytes, HEADER, bytes.length - HEADER);
        } catch (ZstdException e) {
            throw new IOException("the rows of a commit are damaged", e);
        }
        ByteBuffer columns = ByteBuffer.wrap(plain);
        return new RowBlocks(
                block(RowKind.USAGE, bytes, columns),
                block(RowKind.ADJUSTMENT, bytes, columns),
                block(RowKind.DISTINCT, bytes, columns));
    }

    private static RowBlock block(RowKind kind, byte[] bytes, ByteBuffer columns)
            throws IOException {
        int count = count(bytes, kind);
        List<byte[]> arrays = new ArrayList<>();
        for (int left = count == 0 ? 0 : kind.columns().size(); left > 0; left--) {
            byte[] array = new byte[columns.getInt()];
            columns.get(array);
            arrays.add(array);
        }
        return new RowBlock(kind, count, arrays);
    }

    private static ByteBuffer checked(byte[] bytes) throws IOException {
        if (bytes[0] != VERSION) {
            throw new IOException(
                    "rows of a commit have format " + bytes[0] + ", known is " + VERSION);
        }
        return ByteBuffer.wrap(bytes);
    }

    private static void addUsage(Rows rows, RowBlockBuilder block) {
        rows.usage().stream()
                .sorted(
                        Comparator.comparing(UsageRow::cell, BY_KEY)
                                .thenComparingInt(UsageRow::shard))
                .forEach(
                        row ->
                                block.cell(row.cell())
                                        .partial(row.partial())
                                        .bool(row.settled())
                                        .integer(row.shard()));
    }

    private static void addAdjustments(Rows rows, RowBlockBuilder block) {
        rows.adjustments().stream()
                .sorted(
                        Comparator.comparing(Adjustment::cell, BY_KEY)
                                .thenComparing(Adjustment::reason))
                .forEach(
                        row ->
                                block.cell(row.cell())
                                        .partial(row.partial())
                                        .text(row.reason().label()));
    }

    private static void addDistincts(Rows rows, RowBlockBuilder block) {
        rows.distincts().stream()
                .sorted(
                        Comparator.comparing(DistinctValue::cell, BY_KEY)
                                .thenComparing(DistinctValue::text))
                .forEach(
                        row ->
                                block.cell(row.cell())
                                        .bytes(TextHash.of(row.text()))
                                        .text(row.text()));
    }
}
