package io.tallyflow.operations.cluster;

import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestText;

/** A cluster did not do what it was asked. The message is for people and says what to do. */
public final class ClusterFailure extends RequestFailedException {

    private static final long serialVersionUID = 1L;

    private final boolean unanswered;

    /** It answered that it does not. */
    public ClusterFailure(String message) {
        this(RequestText.of(message));
    }

    /** It answered that it does not. */
    public ClusterFailure(RequestText text) {
        super(text);
        this.unanswered = false;
    }

    /** It answered that it does not, or what it answered makes no sense. */
    public ClusterFailure(String message, Throwable cause) {
        this(RequestText.of(message), cause);
    }

    /** It answered that it does not, or what it answered makes no sense. */
    public ClusterFailure(RequestText text, Throwable cause) {
        this(text, cause, false);
    }

    private ClusterFailure(RequestText text, Throwable cause, boolean unanswered) {
        super(text, cause);
        this.unanswered = unanswered;
    }

    /** There was no answer: whether the request was carried out is not known. */
    static ClusterFailure unanswered(RequestText text, Throwable cause) {
        return new ClusterFailure(text, cause, true);
    }

    boolean isUnanswered() {
        return unanswered;
    }
}
