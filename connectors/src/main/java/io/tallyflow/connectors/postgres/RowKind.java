package io.tallyflow.connectors.postgres;

import static io.tallyflow.connectors.postgres.ColumnType.BIGINT;
import static io.tallyflow.connectors.postgres.ColumnType.BOOLEAN;
import static io.tallyflow.connectors.postgres.ColumnType.BYTEA;
import static io.tallyflow.connectors.postgres.ColumnType.INTEGER;
import static io.tallyflow.connectors.postgres.ColumnType.NUMERIC;
import static io.tallyflow.connectors.postgres.ColumnType.TEXT;
import static io.tallyflow.connectors.postgres.ColumnType.TIMESTAMPTZ;

import java.util.ArrayList;
import java.util.List;

/** What a commit writes, and the columns that it is sent in. Their order is a contract of state. */
enum RowKind {
    /** Columns of the cell, of the partial, then settled and shard. */
    USAGE(true, BOOLEAN, INTEGER),
    /** Columns of the cell, of the partial, then the reason. */
    ADJUSTMENT(true, TEXT),
    /** Columns of the cell, then the hash of the value and the value. */
    DISTINCT(false, BYTEA, TEXT);

    /** Meter, subject, hash of the group, group, start and end of the window. */
    private static final List<ColumnType> CELL =
            List.of(TEXT, TEXT, BYTEA, TEXT, TIMESTAMPTZ, TIMESTAMPTZ);

    /** Readings, sum, min, max, latest, and of the latest its time, source and id. */
    private static final List<ColumnType> PARTIAL =
            List.of(BIGINT, NUMERIC, NUMERIC, NUMERIC, NUMERIC, TIMESTAMPTZ, TEXT, TEXT);

    private final boolean partial;
    private final List<ColumnType> rest;

    RowKind(boolean partial, ColumnType... rest) {
        this.partial = partial;
        this.rest = List.of(rest);
    }

    List<ColumnType> columns() {
        List<ColumnType> columns = new ArrayList<>(CELL);
        if (partial) {
            columns.addAll(PARTIAL);
        }
        columns.addAll(rest);
        return columns;
    }
}
