package io.tallyflow.connectors.iceberg.table;

import io.tallyflow.schemas.commit.CommitName;

/**
 * Where something stands in the ledger's history. The ledger makes its commits one after the other:
 * an epoch after the other, and within an epoch by checkpoint. So of a commit that no rewind has
 * taken back, whatever is later descends from it, taken back or not.
 *
 * @param epoch in which the commit was made
 */
public record Position(CommitName commit, long epoch) {

    /** Before the first commit. */
    public static final Position NONE = new Position(CommitName.NONE, 0);

    private static final char SEPARATOR = '@';

    public boolean isAfter(Position other) {
        return epoch == other.epoch
                ? commit.checkpoint() > other.commit.checkpoint()
                : epoch > other.epoch;
    }

    /** Reads what {@link #toString} wrote. */
    static Position parse(String text) {
        int separator = text.indexOf(SEPARATOR);
        return new Position(
                CommitName.parse(text.substring(0, separator)),
                Long.parseLong(text.substring(separator + 1)));
    }

    @Override
    public String toString() {
        return commit.toString() + SEPARATOR + epoch;
    }
}
