package io.tallyflow.connectors.iceberg.write;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/**
 * One row in the order of its table's columns, in the types that Parquet takes: texts are UTF-8 in
 * {@link org.apache.parquet.io.api.Binary}, instants are microseconds since the epoch, quantities
 * have the column's scale.
 */
public final class LakeRecord implements StructLike {

    private final LakeTable table;
    private final @Nullable Object[] values;

    LakeRecord(LakeTable table, @Nullable Object... values) {
        this.table = table;
        this.values = values;
    }

    public LakeTable table() {
        return table;
    }

    public @Nullable Object value(int position) {
        return values[position];
    }

    /** Microseconds since the epoch of the column that makes the row's day. */
    long dayMicros() {
        Object micros = values[table.dayColumn()];
        if (micros instanceof Long value) {
            return value;
        }
        throw new IllegalStateException("a row of " + table.tableName() + " without its time");
    }

    @Override
    public int size() {
        return values.length;
    }

    @Override
    public <T> @Nullable T get(int position, Class<T> type) {
        return type.cast(values[position]);
    }

    @Override
    public <T> void set(int position, T value) {
        values[position] = value;
    }
}
