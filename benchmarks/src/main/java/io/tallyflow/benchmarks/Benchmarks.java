package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.measure.MeasureException;
import io.tallyflow.local.embedded.ServerFailure;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The {@code benchmarks/run} command. Exit codes: 0 done, 1 failed, 2 wrongly used. */
public final class Benchmarks {

    private static final int FAILED = 1;
    private static final int WRONGLY_USED = 2;

    private Benchmarks() {}

    public static void main(String[] arguments) {
        PrintWriter out =
                new PrintWriter(
                        new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        int exitCode = commandLine().setOut(out).execute(arguments);
        out.flush();
        System.exit(exitCode);
    }

    /** The command with all its subcommands. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new ThroughputCommand());
        line.getSubcommands()
                .values()
                .forEach(command -> command.getCommandSpec().mixinStandardHelpOptions(true));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler(Benchmarks::wronglyUsed);
        line.setExecutionExceptionHandler(Benchmarks::failed);
        return line;
    }

    private static int wronglyUsed(ParameterException problem, String[] arguments) {
        CommandLine line = problem.getCommandLine();
        line.getErr()
                .println(
                        "benchmarks: "
                                + problem.getMessage()
                                + " (see "
                                + line.getCommandSpec().qualifiedName()
                                + " --help)");
        return WRONGLY_USED;
    }

    private static int failed(Exception failure, CommandLine line, ParseResult parsed) {
        if (failure instanceof MeasureException || failure instanceof ServerFailure) {
            line.getErr().println("benchmarks: " + failure.getMessage());
        } else {
            LoggerFactory.getLogger(Benchmarks.class).error("Unexpected", failure);
            line.getErr().println("benchmarks: unexpected failure: " + failure);
        }
        return FAILED;
    }
}
