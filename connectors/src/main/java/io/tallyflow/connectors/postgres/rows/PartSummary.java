package io.tallyflow.connectors.postgres.rows;

/**
 * What can be known of a part's rows without decompressing them.
 *
 * @param counts rows of each kind, by its ordinal
 * @param usageFromMillis start of the earliest window that a usage row is of, milliseconds since
 *     the epoch, UTC; {@link Long#MAX_VALUE} without usage rows
 * @param usageUntilMillis start of the latest; {@link Long#MIN_VALUE} without usage rows
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record PartSummary(int[] counts, long usageFromMillis, long usageUntilMillis) {

    public int count(RowKind kind) {
        return counts[kind.ordinal()];
    }

    /** Rows that are results: all but cells. */
    public long results() {
        long sum = 0;
        for (RowKind kind : RowKind.values()) {
            sum += kind == RowKind.CELL ? 0 : count(kind);
        }
        return sum;
    }
}
