package io.tallyflow.connectors.postgres.rows;

import static io.tallyflow.connectors.postgres.rows.ColumnType.BIGINT;
import static io.tallyflow.connectors.postgres.rows.ColumnType.BOOLEAN;
import static io.tallyflow.connectors.postgres.rows.ColumnType.INTEGER;
import static io.tallyflow.connectors.postgres.rows.ColumnType.NUMERIC;
import static io.tallyflow.connectors.postgres.rows.ColumnType.TEXT;
import static io.tallyflow.connectors.postgres.rows.ColumnType.TIMESTAMPTZ;
import static io.tallyflow.connectors.postgres.rows.ColumnType.UUID;

import java.util.ArrayList;
import java.util.List;

/**
 * What a commit writes, and the columns that it is sent in. Their order is a contract of state. The
 * first column of each is the layer: a place in the part's list of names, for which the committer
 * puts the number that the layer has in Postgres.
 */
public enum RowKind {
    /** Layer, cell, subject and group: of cells that a writer names for the first time. */
    CELL(List.of(INTEGER, UUID, TEXT, TEXT)),
    /**
     * Usage rows that replace none: layer, the commit, for which the committer puts its number,
     * cell, window, shard, partial, settled. Row by row, as COPY takes them.
     */
    FIRST_USAGE(with(List.of(INTEGER, BIGINT, UUID, TIMESTAMPTZ, INTEGER), BOOLEAN)),
    /** Usage rows that replace others: layer, cell, window, shard, partial, settled. */
    CHANGED_USAGE(with(List.of(INTEGER, UUID, TIMESTAMPTZ, INTEGER), BOOLEAN)),
    /** Layer, cell, window, partial, reason. */
    ADJUSTMENT(with(List.of(INTEGER, UUID, TIMESTAMPTZ), TEXT)),
    /** Layer, cell, window, hash of the value, the value. */
    DISTINCT(List.of(INTEGER, UUID, TIMESTAMPTZ, UUID, TEXT));

    private final List<ColumnType> columns;

    RowKind(List<ColumnType> columns) {
        this.columns = columns;
    }

    /** Around a partial: readings, sum, min, max, latest, and of that its time, source and id. */
    private static List<ColumnType> with(List<ColumnType> before, ColumnType after) {
        List<ColumnType> columns = new ArrayList<>(before);
        columns.addAll(
                List.of(BIGINT, NUMERIC, NUMERIC, NUMERIC, NUMERIC, TIMESTAMPTZ, TEXT, TEXT));
        columns.add(after);
        return List.copyOf(columns);
    }

    public List<ColumnType> columns() {
        return columns;
    }

    /** Whether it is sent row by row, and not as an array per column. */
    boolean isCopied() {
        return this == FIRST_USAGE;
    }
}
