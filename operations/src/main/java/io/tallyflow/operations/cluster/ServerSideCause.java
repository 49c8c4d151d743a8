package io.tallyflow.operations.cluster;

import io.tallyflow.connectors.refusal.RefusalText;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Finds in a stack trace of Flink's what a person needs to know: the message of its last cause, or
 * the refusal that it came to.
 */
final class ServerSideCause {

    private static final String CAUSED = "Caused by: ";
    private static final Pattern CLASS_NAME =
            Pattern.compile("^(?:[a-z_$][\\w$]*\\.)+[A-Z][\\w$]*");
    private static final Pattern FRAME =
            Pattern.compile("^\\s*(?:at |\\.\\.\\. \\d+ |Suppressed: ).*");
    private static final String END = "End of exception on server side>";

    private ServerSideCause() {}

    /** The message; may have several lines if it is a list. The text itself if it is no trace. */
    static String of(String trace) {
        List<String> message = new ArrayList<>();
        boolean reading = true;
        for (String line : trace.replace(END, "").lines().toList()) {
            if (line.strip().startsWith(CAUSED)) {
                if (RefusalText.isNamed(withoutClasses(String.join("\n", message)))) {
                    break;
                }
                message.clear();
                message.add(line.strip().substring(CAUSED.length()));
                reading = true;
            } else if (FRAME.matcher(line).matches()) {
                reading = false;
            } else if (reading && !line.isBlank()) {
                message.add(line.stripTrailing());
            }
        }
        return withoutClasses(String.join("\n", message));
    }

    private static String withoutClasses(String message) {
        String rest = message;
        while (true) {
            String shorter = CLASS_NAME.matcher(rest).replaceFirst("");
            if (shorter.equals(rest) || !shorter.startsWith(": ")) {
                return rest;
            }
            rest = shorter.substring(2);
        }
    }
}
