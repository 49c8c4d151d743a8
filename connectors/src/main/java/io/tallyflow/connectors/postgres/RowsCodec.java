package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of the rows in a commit part: a sequence of tagged entries, deflated. They lie in
 * checkpoints, so the format carries a version and old versions stay readable.
 */
final class RowsCodec {

    /** Uncompressed bytes after which a part is full. */
    static final int PART_BYTES = 4 * 1024 * 1024;

    private static final int VERSION = 2;
    private static final int OLDEST = 1;
    private static final int END = 0;
    private static final int USAGE = 1;
    private static final int ADJUSTMENT = 2;

    /** Since version 2. */
    private static final int DISTINCT = 3;

    private RowsCodec() {}

    /** Cuts rows into encoded parts of about {@code partBytes}; at least one. */
    static List<byte[]> encode(Rows rows, int partBytes) {
        try {
            List<byte[]> parts = new ArrayList<>();
            Part part = new Part();
            for (UsageRow row : rows.usage()) {
                part = part.orNext(parts, partBytes);
                part.out.writeByte(USAGE);
                writeCell(part.out, row.cell());
                part.out.writeBoolean(row.settled());
                writePartial(part.out, row.partial());
            }
            for (Adjustment adjustment : rows.adjustments()) {
                part = part.orNext(parts, partBytes);
                part.out.writeByte(ADJUSTMENT);
                writeCell(part.out, adjustment.cell());
                writeText(part.out, adjustment.reason().name());
                writePartial(part.out, adjustment.partial());
            }
            for (DistinctValue distinct : rows.distincts()) {
                part = part.orNext(parts, partBytes);
                part.out.writeByte(DISTINCT);
                writeCell(part.out, distinct.cell());
                writeText(part.out, distinct.text());
            }
            parts.add(part.finish());
            return parts;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    /** What {@link #encode} wrote. */
    static Rows decode(byte[] bytes) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(bytes)))) {
            int version = in.readUnsignedByte();
            if (version < OLDEST || version > VERSION) {
                throw new IOException(
                        "rows of a commit have format "
                                + version
                                + ", known are "
                                + OLDEST
                                + " to "
                                + VERSION);
            }
            Rows rows = new Rows(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int tag = in.readUnsignedByte(); tag != END; tag = in.readUnsignedByte()) {
                readEntry(tag, in, rows);
            }
            return rows;
        }
    }

    private static void readEntry(int tag, DataInputStream in, Rows rows) throws IOException {
        UsageCell cell = readCell(in);
        if (tag == USAGE) {
            boolean settled = in.readBoolean();
            rows.usage().add(new UsageRow(cell, readPartial(in), settled));
        } else if (tag == ADJUSTMENT) {
            AdjustmentReason reason = AdjustmentReason.valueOf(readText(in));
            rows.adjustments().add(new Adjustment(cell, reason, readPartial(in)));
        } else if (tag == DISTINCT) {
            rows.distincts().add(new DistinctValue(cell, readText(in)));
        } else {
            throw new IOException("rows of a commit hold an unknown entry: " + tag);
        }
    }

    private static void writeCell(DataOutputStream out, UsageCell cell) throws IOException {
        writeText(out, cell.meter());
        writeText(out, cell.subject());
        writeText(out, cell.group());
        out.writeLong(cell.windowStartMillis());
        out.writeLong(cell.windowEndMillis());
    }

    private static UsageCell readCell(DataInputStream in) throws IOException {
        return new UsageCell(
                readText(in), readText(in), readText(in), in.readLong(), in.readLong());
    }

    private static void writePartial(DataOutputStream out, UsagePartial partial)
            throws IOException {
        out.writeLong(partial.readings());
        writeDecimal(out, partial.sum());
        writeDecimal(out, partial.min());
        writeDecimal(out, partial.max());
        writeDecimal(out, partial.latest());
        out.writeLong(partial.latestTimeMicros());
        writeNullableText(out, partial.latestSource());
        writeNullableText(out, partial.latestId());
    }

    private static UsagePartial readPartial(DataInputStream in) throws IOException {
        return new UsagePartial(
                in.readLong(),
                readDecimal(in),
                readDecimal(in),
                readDecimal(in),
                readDecimal(in),
                in.readLong(),
                readNullableText(in),
                readNullableText(in));
    }

    private static void writeDecimal(DataOutputStream out, @Nullable BigDecimal value)
            throws IOException {
        out.writeBoolean(value != null);
        if (value != null) {
            byte[] unscaled = value.unscaledValue().toByteArray();
            out.writeInt(value.scale());
            out.writeInt(unscaled.length);
            out.write(unscaled);
        }
    }

    private static @Nullable BigDecimal readDecimal(DataInputStream in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        int scale = in.readInt();
        return new BigDecimal(new BigInteger(in.readNBytes(in.readInt())), scale);
    }

    private static void writeNullableText(DataOutputStream out, @Nullable String text)
            throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            writeText(out, text);
        }
    }

    private static @Nullable String readNullableText(DataInputStream in) throws IOException {
        return in.readBoolean() ? readText(in) : null;
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readText(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    /** A part under construction. */
    private static final class Part {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        private final DataOutputStream out =
                new DataOutputStream(new DeflaterOutputStream(bytes, deflater));

        Part() throws IOException {
            out.writeByte(VERSION);
        }

        Part orNext(List<byte[]> finished, int partBytes) throws IOException {
            if (out.size() < partBytes) {
                return this;
            }
            finished.add(finish());
            return new Part();
        }

        byte[] finish() throws IOException {
            out.writeByte(END);
            out.close();
            deflater.end();
            return bytes.toByteArray();
        }
    }
}
