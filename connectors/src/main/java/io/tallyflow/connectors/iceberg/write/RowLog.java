package io.tallyflow.connectors.iceberg.write;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * The rows of an open file, compressed as they come, to be kept in state: after a failure the file
 * is gone and its rows are written into a new one.
 *
 * <p>Format: version, table name, columns, rows, then the rows as a zstd stream that need not have
 * ended.
 */
public final class RowLog {

    private static final int VERSION = 1;
    private static final int LEVEL = 1;
    private static final int BUFFER_BYTES = 16 * 1024;

    /** Each write to the compressor is a call out of Java. */
    private static final int CHUNK_BYTES = 64 * 1024;

    private final LakeTable table;
    private final RecordCodec codec;
    private final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    private final RowBytes chunk = new RowBytes();
    private final ZstdOutputStream rows;
    private long count;

    public RowLog(LakeTable table) {
        this.table = table;
        this.codec = new RecordCodec(table);
        try {
            this.rows = new ZstdOutputStream(compressed, LEVEL);
        } catch (IOException e) {
            throw new IllegalStateException("cannot write to memory", e);
        }
    }

    public void add(LakeRecord row) throws IOException {
        codec.write(row, chunk);
        count++;
        if (chunk.size() >= CHUNK_BYTES) {
            chunk.drainTo(rows);
        }
    }

    /** Compressed bytes so far; what is still on its way is not counted. */
    int size() {
        return compressed.size();
    }

    /** Everything so far; more can be added afterwards. */
    public byte[] snapshot() throws IOException {
        chunk.drainTo(rows);
        rows.flush();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(compressed.size() + 64);
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION);
        out.writeUTF(table.tableName());
        out.writeInt(codec.columns());
        out.writeLong(count);
        compressed.writeTo(out);
        return bytes.toByteArray();
    }

    public void close() {
        try {
            rows.close();
        } catch (IOException e) {
            throw new IllegalStateException("cannot write to memory", e);
        }
    }

    /** Hands every row of a snapshot over, in the order in which they were added. */
    public static void replay(byte[] snapshot, Consumer<LakeRecord> target) throws IOException {
        DataInputStream head = new DataInputStream(new ByteArrayInputStream(snapshot));
        int version = head.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException(
                    "a log of lake rows has format " + version + ", known is " + VERSION);
        }
        RecordCodec codec = new RecordCodec(LakeTable.named(head.readUTF()));
        int columns = head.readInt();
        long count = head.readLong();
        try (ZstdInputStream zstd = new ZstdInputStream(head);
                DataInputStream rows =
                        new DataInputStream(new BufferedInputStream(zstd, BUFFER_BYTES))) {
            zstd.setContinuous(true);
            for (long i = 0; i < count; i++) {
                target.accept(codec.read(rows, columns));
            }
        }
    }
}
