package io.tallyflow.cli.terminal;

import io.tallyflow.operations.job.StepListener;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** What commands say to people. */
public final class Console {

    private Console() {}

    /** Where a command prints its results. */
    public static PrintWriter out(@Nullable CommandSpec spec) {
        return Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    }

    /** Says what an operation does, as it does it. */
    public static StepListener progress(@Nullable CommandSpec spec) {
        PrintWriter out = out(spec);
        return (what, outcome) -> say(out, what, outcome);
    }

    /** A thing and where it is, or what it came to; seen at once. */
    public static void say(PrintWriter out, String what, String where) {
        out.println(line(what, where));
        out.flush();
    }

    /** The same, to be printed with others. */
    public static String line(String what, String where) {
        return String.format("%-9s %s", what, where);
    }
}
