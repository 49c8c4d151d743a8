package io.tallyflow.cli.cluster;

/** A cluster did not do what it was asked. The message is for people and says what to do. */
public final class ClusterFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean unanswered;

    public ClusterFailure(String message) {
        super(message);
        this.unanswered = false;
    }

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
