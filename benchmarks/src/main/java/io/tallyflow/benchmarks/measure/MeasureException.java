package io.tallyflow.benchmarks.measure;

/** Something could not be run or measured. The message is one line for people. */
public final class MeasureException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MeasureException(String message) {
        super(message);
    }

    public MeasureException(String message, Throwable cause) {
        super(message, cause);
    }
}
