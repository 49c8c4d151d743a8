package io.tallyflow.cli.embedded;

/** What people need to see of a chain of causes. */
final class Failures {

    private Failures() {}

    /** The message of the first cause, or its class where it has none; one line. */
    static String innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null || message.isBlank()
                ? cause.getClass().getName()
                : message.lines().findFirst().orElse("").strip();
    }
}
