package io.tallyflow.cli;

import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** What commands say to people. */
final class Console {

    private Console() {}

    /** Where a command prints its results. */
    static PrintWriter out(@Nullable CommandSpec spec) {
        return Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    }

    /** A thing and where it is, or what it came to; seen at once. */
    static void say(PrintWriter out, String what, String where) {
        out.println(line(what, where));
        out.flush();
    }

    /** The same, to be printed with others. */
    static String line(String what, String where) {
        return String.format("%-9s %s", what, where);
    }

    /** The message of the first cause on one line. */
    static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String message =
                cause.getMessage() == null ? cause.getClass().getName() : cause.getMessage();
        return message.lines().findFirst().orElse("").strip();
    }
}
