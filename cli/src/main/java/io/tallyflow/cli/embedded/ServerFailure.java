package io.tallyflow.cli.embedded;

/** A server cannot be started or used. The message is one line for people and says what to do. */
public final class ServerFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ServerFailure(String message) {
        super(message);
    }

    public ServerFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
