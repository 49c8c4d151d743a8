package io.tallyflow.results.ledger;

/**
 * Where a ledger stands, or stood.
 *
 * @param epoch counts rewinds
 */
public record LedgerPosition(long epoch, long commit) {

    /** Of a pipeline that has committed nothing. */
    public static final LedgerPosition NOTHING = new LedgerPosition(0, 0);
}
