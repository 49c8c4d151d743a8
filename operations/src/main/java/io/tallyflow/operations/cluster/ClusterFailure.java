package io.tallyflow.operations.cluster;

import io.tallyflow.results.RequestFailedException;

/** A cluster did not do what it was asked. The message is for people and says what to do. */
public final class ClusterFailure extends RequestFailedException {

    private static final long serialVersionUID = 1L;

    private final boolean unanswered;

    /** It answered that it does not. */
    public ClusterFailure(String message) {
        super(message);
        this.unanswered = false;
    }

    /** It answered that it does not, or what it answered makes no sense. */
    public ClusterFailure(String message, Throwable cause) {
        this(message, cause, false);
    }

    private ClusterFailure(String message, Throwable cause, boolean unanswered) {
        super(message, cause);
        this.unanswered = unanswered;
    }

    /** There was no answer: whether the request was carried out is not known. */
    static ClusterFailure unanswered(String message, Throwable cause) {
        return new ClusterFailure(message, cause, true);
    }

    boolean isUnanswered() {
        return unanswered;
    }
}
