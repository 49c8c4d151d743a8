package io.tallyflow.results;

/** What was asked for cannot be had or done. The message is for people and says what to do. */
public class RequestFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With nothing else behind it. */
    public RequestFailedException(String message) {
        super(message);
    }

    /** With what is behind it. */
    public RequestFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
