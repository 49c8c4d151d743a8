package io.tallyflow.connectors.iceberg.write;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.io.DataInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.apache.iceberg.types.Types;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a row in a log: each column's presence and value, in the order of the table. Columns are
 * only ever added at the end, so a row that an earlier version wrote lacks the last ones.
 */
final class RecordCodec {

    private final LakeTable table;
    private final List<Types.NestedField> columns;

    RecordCodec(LakeTable table) {
        this.table = table;
        this.columns = table.schema().columns();
    }

    int columns() {
        return columns.size();
    }

    void write(LakeRecord row, RowBytes out) {
        for (int i = 0; i < columns.size(); i++) {
            write(row.value(i), out);
        }
    }

    /**
     * Reads a row.
     *
     * @param written how many columns the writer knew
     */
    LakeRecord read(DataInputStream in, int written) throws IOException {
        @Nullable Object[] values = new Object[columns.size()];
        for (int i = 0; i < written; i++) {
            values[i] = read(columns.get(i), in);
        }
        return new LakeRecord(table, values);
    }

    private static void write(@Nullable Object value, RowBytes out) {
        out.putBoolean(value != null);
        if (value instanceof Binary text) {
            out.putBytes(text.getBytesUnsafe());
        } else if (value instanceof Long number) {
            out.putLong(number);
        } else if (value instanceof Integer number) {
            out.putInt(number);
        } else if (value instanceof BigDecimal quantity) {
            out.putBytes(quantity.unscaledValue().toByteArray());
        } else if (value != null) {
            throw new IllegalStateException("a row holds a " + value.getClass().getName());
        }
    }

    private static @Nullable Object read(Types.NestedField column, DataInputStream in)
            throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        return switch (column.type().typeId()) {
            case STRING -> Binary.fromConstantByteArray(readBytes(in));
            case LONG, TIMESTAMP -> in.readLong();
            case INTEGER -> in.readInt();
            case DECIMAL -> new BigDecimal(new BigInteger(readBytes(in)), LakeTable.SCALE);
            default -> throw new IllegalStateException("a column of type " + column.type());
        };
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
