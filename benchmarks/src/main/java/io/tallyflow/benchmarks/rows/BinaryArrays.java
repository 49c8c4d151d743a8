package io.tallyflow.benchmarks.rows;

import java.sql.Array;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Oid;
import org.postgresql.jdbc.PgArray;

/** LayoutRows as one array per column, in Postgres's binary format. */
final class BinaryArrays extends BinarySink {

    private final List<Column> columns;
    private int next;

    BinaryArrays(List<Type> types) {
        columns = types.stream().map(Column::new).toList();
    }

    /** Types of columns, and what Postgres calls them and arrays of them. */
    enum Type {
        UUID(Oid.UUID, Oid.UUID_ARRAY),
        TEXT(Oid.TEXT, Oid.TEXT_ARRAY),
        BYTEA(Oid.BYTEA, Oid.BYTEA_ARRAY),
        TIMESTAMPTZ(Oid.TIMESTAMPTZ, Oid.TIMESTAMPTZ_ARRAY),
        BIGINT(Oid.INT8, Oid.INT8_ARRAY),
        INTEGER(Oid.INT4, Oid.INT4_ARRAY),
        NUMERIC(Oid.NUMERIC, Oid.NUMERIC_ARRAY),
        BOOLEAN(Oid.BOOL, Oid.BOOL_ARRAY);

        private final int element;
        private final int array;

        Type(int element, int array) {
            this.element = element;
            this.array = array;
        }
    }

    @Override
    public void row(int count) {
        next = 0;
    }

    /** As text: an array of jsonb is one of texts that the statement casts. */
    @Override
    public void json(String value) {
        text(value);
    }

    @Override
    GrowingBytes next(boolean isNull) {
        Column column = columns.get(next++);
        column.count++;
        column.nulls |= isNull;
        return column.elements;
    }

    /** Columns as they are sent. */
    List<Array> arrays(BaseConnection connection, List<byte[]> encoded) {
        return IntStream.range(0, columns.size())
                .mapToObj(i -> array(connection, columns.get(i).type.array, encoded.get(i)))
                .toList();
    }

    private static Array array(BaseConnection connection, int type, byte[] bytes) {
        try {
            return new PgArray(connection, type, bytes);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    List<byte[]> encoded() {
        return columns.stream().map(Column::encoded).toList();
    }

    private static final class Column {

        private final Type type;
        private final GrowingBytes elements = new GrowingBytes();
        private int count;
        private boolean nulls;

        Column(Type type) {
            this.type = type;
        }

        byte[] encoded() {
            GrowingBytes all = new GrowingBytes();
            all.putInt(1); // dimensions
            all.putInt(nulls ? 1 : 0);
            all.putInt(type.element);
            all.putInt(count);
            all.putInt(1); // index of the first
            all.put(elements.toArray());
            return all.toArray();
        }
    }
}
