package io.tallyflow.cli.state;

/** A savepoint cannot be read. The message is one line and says what to do. */
public final class StateFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StateFailure(String message) {
        super(message);
    }

    StateFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
