package io.tallyflow.results;

/**
 * What was asked for cannot be meant: an argument is wrong, and asking again does not help. The
 * message is for people, names the argument and says what to do.
 */
public final class RequestRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient RequestText text;

    /** Nothing was done. */
    public RequestRefusedException(String message) {
        this(RequestText.of(message));
    }

    /** Nothing was done, because of an input that the reader knows by another name. */
    public RequestRefusedException(RequestText text) {
        super(text.toString());
        this.text = text;
    }

    /** The message, for whoever has names of its own for inputs. */
    public RequestText text() {
        return text;
    }
}
