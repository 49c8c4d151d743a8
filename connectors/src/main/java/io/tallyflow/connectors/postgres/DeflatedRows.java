package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a commit part as parts of version 1 hold them: a sequence of tagged entries, deflated.
 * They may lie in checkpoints and are only read.
 */
final class DeflatedRows {

    private static final int NEWEST = 2;
    private static final int OLDEST = 1;
    private static final int END = 0;
    private static final int USAGE = 1;
    private static final int ADJUSTMENT = 2;

    /** Since version 2. */
    private static final int DISTINCT = 3;

    private DeflatedRows() {}

    /** Rows as they were given to the writer. */
    static Rows decode(byte[] bytes) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(bytes)))) {
            int version = in.readUnsignedByte();
            if (version < OLDEST || version > NEWEST) {
                throw new IOException(
                        "deflated rows of a commit have format "
                                + version
                                + ", known are "
                                + OLDEST
                                + " to "
                                + NEWEST);
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
            rows.usage().add(new UsageRow(cell, readPartial(in), settled, 0));
        } else if (tag == ADJUSTMENT) {
            AdjustmentReason reason = AdjustmentReason.valueOf(readText(in));
            rows.adjustments().add(new Adjustment(cell, reason, readPartial(in)));
        } else if (tag == DISTINCT) {
            rows.distincts().add(new DistinctValue(cell, readText(in)));
        } else {
            throw new IOException("rows of a commit hold an unknown entry: " + tag);
        }
    }

    private static UsageCell readCell(DataInputStream in) throws IOException {
        return new UsageCell(
                readText(in), readText(in), readText(in), in.readLong(), in.readLong());
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

    private static @Nullable BigDecimal readDecimal(DataInputStream in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        int scale = in.readInt();
        return new BigDecimal(new BigInteger(in.readNBytes(in.readInt())), scale);
    }

    private static @Nullable String readNullableText(DataInputStream in) throws IOException {
        return in.readBoolean() ? readText(in) : null;
    }

    private static String readText(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
