package io.tallyflow.local.embedded;

import io.tallyflow.results.RequestFailedException;

/** A server cannot be started or used. The message is one line for people and says what to do. */
public final class ServerFailure extends RequestFailedException {

    private static final long serialVersionUID = 1L;

    /** With nothing else behind it. */
    public ServerFailure(String message) {
        super(message);
    }

    /** With what is behind it. */
    public ServerFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
