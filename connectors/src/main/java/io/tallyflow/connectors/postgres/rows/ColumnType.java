package io.tallyflow.connectors.postgres.rows;

import org.postgresql.core.Oid;

/** Types of columns that rows are sent in. Postgres's own numbers for them never change. */
public enum ColumnType {
    TEXT(Oid.TEXT, Oid.TEXT_ARRAY),
    UUID(Oid.UUID, Oid.UUID_ARRAY),
    TIMESTAMPTZ(Oid.TIMESTAMPTZ, Oid.TIMESTAMPTZ_ARRAY),
    BIGINT(Oid.INT8, Oid.INT8_ARRAY),
    INTEGER(Oid.INT4, Oid.INT4_ARRAY),
    NUMERIC(Oid.NUMERIC, Oid.NUMERIC_ARRAY),
    BOOLEAN(Oid.BOOL, Oid.BOOL_ARRAY);

    private final int element;
    private final int array;

    ColumnType(int element, int array) {
        this.element = element;
        this.array = array;
    }

    /** Object identifier of the type. */
    int element() {
        return element;
    }

    /** Object identifier of an array of the type. */
    public int array() {
        return array;
    }
}
