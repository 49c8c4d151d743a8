package io.tallyflow.connectors.refusal;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * The ledger and the job's state do not belong together, and going on would make totals wrong. No
 * restart can help, so the job fails for good; the message says what to do.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class SinkRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    public SinkRefusedException(Refusal refusal, String message) {
        super(RefusalText.of(refusal, message));
        this.refusal = refusal;
    }

    /** Which rule was broken. */
    public Refusal refusal() {
        return refusal;
    }

    /** Why a sink refuses. The names are a public contract. */
    public enum Refusal {
        /** The ledger does not stand where this job's state stands. */
        SINK_REGRESSED,
        /** A job without state was started on a ledger that holds commits. */
        LEDGER_IN_USE,
        /** The job's state belongs to commits that a rewind has abandoned. */
        STATE_ABANDONED,
        /** The last commit is so old that identities may have expired. */
        STATE_EXPIRED,
        /** The ledger stands for another number of shards per subject. */
        SHARDS_CHANGED,
        /** A commit lacks one of its parts. */
        COMMIT_INCOMPLETE,
        /** Rows that the state begins are there, or rows that it knows are not. */
        ROWS_DISAGREE,
        /** Catalog or store of the lake do not let its tables be made. */
        LAKE_REFUSED
    }
}
