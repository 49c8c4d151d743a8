package io.tallyflow.cli;

import io.tallyflow.cli.embedded.EmbeddedFlink;
import io.tallyflow.cli.embedded.JobLauncher;
import io.tallyflow.cli.embedded.ServerFailure;
import io.tallyflow.jobs.metering.MeteringJob;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The {@code tallyflow} command. Exit codes: 0 done, 1 failed, 2 wrongly used. */
@Command(
        name = "tallyflow",
        mixinStandardHelpOptions = true,
        version = "tallyflow " + MeteringJob.VERSION,
        description = "Exact usage metering for billing.")
public final class Tallyflow implements Callable<Integer> {

    private static final int FAILED = 1;
    private static final int WRONGLY_USED = 2;

    private Tallyflow() {}

    public static void main(String[] arguments) {
        System.exit(commandLine(EmbeddedFlink.metering()).execute(arguments));
    }

    /** The command with all its subcommands. */
    static CommandLine commandLine(JobLauncher launcher) {
        CommandLine line = new CommandLine(new Tallyflow());
        line.addSubcommand(new CommandLine(new UpCommand(launcher)));
        line.addSubcommand(new CommandLine(new DemoCommand(launcher)));
        line.getSubcommands()
                .values()
                .forEach(sub -> sub.getCommandSpec().mixinStandardHelpOptions(true));
        line.setParameterExceptionHandler(Tallyflow::wronglyUsed);
        line.setExecutionExceptionHandler(Tallyflow::failed);
        return line;
    }

    @Override
    public Integer call() {
        throw new UsageProblem("which command? See tallyflow --help");
    }

    private static int wronglyUsed(ParameterException problem, String[] arguments) {
        return complain(
                problem.getCommandLine(),
                problem.getMessage()
                        + " (see "
                        + problem.getCommandLine().getCommandSpec().qualifiedName()
                        + " --help)",
                WRONGLY_USED);
    }

    private static int failed(Exception failure, CommandLine line, ParseResult parsed) {
        if (failure instanceof UsageProblem) {
            return complain(line, failure.getMessage(), WRONGLY_USED);
        }
        if (!(failure instanceof CommandFailure) && !(failure instanceof ServerFailure)) {
            LoggerFactory.getLogger(Tallyflow.class).error("Unexpected", failure);
            return complain(line, "unexpected failure: " + failure, FAILED);
        }
        return complain(line, failure.getMessage(), FAILED);
    }

    private static int complain(CommandLine line, @Nullable String message, int exitCode) {
        line.getErr().println("tallyflow: " + message);
        line.getErr().flush();
        return exitCode;
    }
}
