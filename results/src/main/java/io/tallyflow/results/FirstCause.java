package io.tallyflow.results;

import io.tallyflow.connectors.refusal.RefusalText;
import java.util.Objects;

/** What people need to see of a chain of causes. */
public final class FirstCause {

    private FirstCause() {}

    /**
     * The first line of what the first cause says, or its class if it says nothing. A refusal is
     * told whole, whatever it came from.
     */
    public static String of(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause && !isRefusal(cause)) {
            cause = cause.getCause();
        }
        String message = Objects.toString(cause.getMessage(), "");
        if (isRefusal(cause)) {
            return message;
        }
        return message.isBlank()
                ? cause.getClass().getName()
                : message.lines().findFirst().orElse("").strip();
    }

    private static boolean isRefusal(Throwable cause) {
        return RefusalText.isNamed(Objects.toString(cause.getMessage(), ""));
    }
}
