package io.tallyflow.cli.query;

/** A query could not be answered. The message is one line and says why. */
public final class QueryFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public QueryFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
