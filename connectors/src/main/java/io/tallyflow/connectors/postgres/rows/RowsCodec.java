package io.tallyflow.connectors.postgres.rows;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Bytes of the rows in a commit part, compressed. They lie in checkpoints, so the format carries a
 * version.
 *
 * <p>Format: version, summary, bytes before compression, then a zstd frame of the names of the
 * layers, and of the columns of the kinds that have rows.
 */
public final class RowsCodec {

    private static final byte VERSION = 4;
    private static final int LEVEL = 1;
    private static final RowKind[] KINDS = RowKind.values();
    private static final int HEADER = 1 + (KINDS.length + 1) * Integer.BYTES + 2 * Long.BYTES;

    private RowsCodec() {}

    /**
     * The bytes of a part.
     *
     * @param layers names by their places
     * @param blocks of each kind, in the order of the kinds
     */
    static byte[] pack(PartSummary summary, List<String> layers, List<RowBlockBuilder> blocks) {
        List<byte[]> names =
                layers.stream().map(name -> name.getBytes(StandardCharsets.UTF_8)).toList();
        int size = Integer.BYTES + blocks.stream().mapToInt(RowBlockBuilder::size).sum();
        size += names.stream().mapToInt(name -> Integer.BYTES + name.length).sum();
        ByteBuffer plain = ByteBuffer.allocate(size).putInt(names.size());
        names.forEach(name -> plain.putInt(name.length).put(name));
        blocks.forEach(block -> block.writeTo(plain));
        return packed(summary, plain.flip());
    }

    private static byte[] packed(PartSummary summary, ByteBuffer plain) {
        int size = plain.remaining();
        byte[] packed = new byte[HEADER + (int) Zstd.compressBound(size)];
        ByteBuffer header = ByteBuffer.wrap(packed).put(VERSION);
        for (int count : summary.counts()) {
            header.putInt(count);
        }
        header.putLong(summary.usageFromMillis()).putLong(summary.usageUntilMillis()).putInt(size);
        long length =
                Zstd.compressByteArray(
                        packed, HEADER, packed.length - HEADER, plain.array(), 0, size, LEVEL);
        return Arrays.copyOf(packed, HEADER + (int) length);
    }

    /** What a part holds, without decompressing it. */
    public static PartSummary summary(byte[] bytes) throws IOException {
        ByteBuffer header = checked(bytes).position(1);
        int[] counts = new int[KINDS.length];
        for (int kind = 0; kind < counts.length; kind++) {
            counts[kind] = header.getInt();
        }
        return new PartSummary(counts, header.getLong(), header.getLong());
    }

    /** What a part holds. */
    public static PartRows decode(byte[] bytes) throws IOException {
        PartSummary summary = summary(bytes);
        byte[] plain = new byte[checked(bytes).getInt(HEADER - Integer.BYTES)];
        try {
            Zstd.decompressByteArray(plain, 0, plain.length, bytes, HEADER, bytes.length - HEADER);
        } catch (ZstdException e) {
            throw new IOException("the rows of a commit are damaged", e);
        }
        ByteBuffer in = ByteBuffer.wrap(plain);
        List<String> layers = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            layers.add(new String(next(in), StandardCharsets.UTF_8));
        }
        Map<RowKind, RowBlock> blocks = new EnumMap<>(RowKind.class);
        for (RowKind kind : KINDS) {
            if (summary.count(kind) > 0) {
                blocks.put(kind, block(kind, summary.count(kind), in));
            }
        }
        return new PartRows(layers, blocks);
    }

    private static RowBlock block(RowKind kind, int count, ByteBuffer in) {
        List<byte[]> columns = new ArrayList<>();
        for (int left = kind.isCopied() ? 1 : kind.columns().size(); left > 0; left--) {
            columns.add(next(in));
        }
        return new RowBlock(kind, count, columns);
    }

    private static byte[] next(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return bytes;
    }

    private static ByteBuffer checked(byte[] bytes) throws IOException {
        if (bytes[0] != VERSION) {
            throw new IOException(
                    "rows of a commit have format " + bytes[0] + ", known is " + VERSION);
        }
        return ByteBuffer.wrap(bytes);
    }
}
