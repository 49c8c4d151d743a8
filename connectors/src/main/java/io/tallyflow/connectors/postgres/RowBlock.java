package io.tallyflow.connectors.postgres;

import java.util.List;

/**
 * Rows of one kind, a column at a time.
 *
 * @param columns one array per column of the kind, in Postgres's binary format
 */
record RowBlock(RowKind kind, int count, List<byte[]> columns) {

    boolean isEmpty() {
        return count == 0;
    }
}
