package io.tallyflow.results;

/** What people need to see of a chain of causes. */
public final class FirstCause {

    private FirstCause() {}

    /** The first line of what the first cause says, or its class if it says nothing. */
    public static String of(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String message =
                cause.getMessage() == null ? cause.getClass().getName() : cause.getMessage();
        return message.lines().findFirst().orElse("").strip();
    }
}
