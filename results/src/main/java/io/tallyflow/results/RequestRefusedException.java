package io.tallyflow.results;

/**
 * What was asked for cannot be meant: an argument is wrong, and asking again does not help. The
 * message is for people, names the argument and says what to do.
 */
public final class RequestRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Nothing was done. */
    public RequestRefusedException(String message) {
        super(message);
    }
}
