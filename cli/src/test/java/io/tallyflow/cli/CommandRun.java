package io.tallyflow.cli;

import io.tallyflow.local.embedded.JobLauncher;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** What a command said and returned. */
public record CommandRun(int exitCode, String out, String err) {

    private static final JobLauncher NO_JOB =
            settings -> {
                throw new AssertionError("a job was started");
            };

    /** Runs a command line that starts no job. */
    public static CommandRun of(String... arguments) {
        return at(InstantSource.system(), arguments);
    }

    /**
     * Runs what is typed.
     *
     * @param command words with blanks between them
     * @param more words that may hold blanks
     */
    public static CommandRun typed(String command, String... more) {
        List<String> all = new ArrayList<>(List.of(command.split(" ")));
        all.addAll(List.of(more));
        return of(all.toArray(String[]::new));
    }

    /** The same at a time of the test's choice. */
    public static CommandRun at(InstantSource clock, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                Tallyflow.commandLine(NO_JOB, clock)
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(arguments);
        return new CommandRun(exitCode, out.toString(), err.toString());
    }

    /** The command, printing there. */
    public static CommandLine line(PrintWriter out, PrintWriter err) {
        return Tallyflow.commandLine(NO_JOB).setOut(out).setErr(err);
    }
}
