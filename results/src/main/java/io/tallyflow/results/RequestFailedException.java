package io.tallyflow.results;

/** What was asked for cannot be had or done. The message is for people and says what to do. */
public class RequestFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient RequestText text;

    /** With nothing else behind it. */
    public RequestFailedException(String message) {
        this(RequestText.of(message));
    }

    /** With what is behind it. */
    public RequestFailedException(String message, Throwable cause) {
        this(RequestText.of(message), cause);
    }

    /** With nothing else behind it, and inputs that the reader knows by other names. */
    public RequestFailedException(RequestText text) {
        super(text.toString());
        this.text = text;
    }

    /** With what is behind it, and inputs that the reader knows by other names. */
    public RequestFailedException(RequestText text, Throwable cause) {
        super(text.toString(), cause);
        this.text = text;
    }

    /** The message, for whoever has names of its own for inputs. */
    public RequestText text() {
        return text;
    }
}
