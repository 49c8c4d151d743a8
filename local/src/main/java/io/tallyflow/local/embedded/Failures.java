package io.tallyflow.local.embedded;

import io.tallyflow.connectors.refusal.RefusalText;
import java.util.Objects;

/** What people need to see of a chain of causes. */
final class Failures {

    private Failures() {}

    /**
     * The message of the first cause, or its class where it has none; one line. A refusal is told
     * whole, whatever it came from.
     */
    static String innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause && !isRefusal(cause)) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        if (isRefusal(cause)) {
            return Objects.toString(message);
        }
        return message == null || message.isBlank()
                ? cause.getClass().getName()
                : message.lines().findFirst().orElse("").strip();
    }

    private static boolean isRefusal(Throwable cause) {
        String message = cause.getMessage();
        return message != null && RefusalText.isNamed(message);
    }
}
