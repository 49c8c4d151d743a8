package io.tallyflow.cli;

import io.tallyflow.cli.audit.ExplainCommand;
import io.tallyflow.cli.audit.ReconcileCommand;
import io.tallyflow.cli.cluster.RewindCommand;
import io.tallyflow.cli.cluster.StartCommand;
import io.tallyflow.cli.cluster.SubmitCommand;
import io.tallyflow.cli.demo.DemoCommand;
import io.tallyflow.cli.imports.ImportCommand;
import io.tallyflow.cli.lake.LakeCommand;
import io.tallyflow.cli.meters.MetersCommand;
import io.tallyflow.cli.query.QueryCommand;
import io.tallyflow.cli.rehearsal.RehearsalCommand;
import io.tallyflow.cli.reset.ResetCommand;
import io.tallyflow.cli.reset.ResetsCommand;
import io.tallyflow.cli.run.BackfillCommand;
import io.tallyflow.cli.savepoint.SavepointCommand;
import io.tallyflow.cli.savepoint.SavepointsCommand;
import io.tallyflow.cli.servers.PrepareCommand;
import io.tallyflow.cli.servers.RelocateCommand;
import io.tallyflow.cli.servers.ServersCommand;
import io.tallyflow.cli.servers.UpCommand;
import io.tallyflow.cli.state.StateCommand;
import io.tallyflow.cli.status.StatusCommand;
import io.tallyflow.cli.terminal.Misspelling;
import io.tallyflow.cli.voids.CorrectCommand;
import io.tallyflow.cli.voids.VoidCommand;
import io.tallyflow.connectors.login.Secret;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.JobLauncher;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestInput;
import io.tallyflow.results.RequestRefusedException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Objects;
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
        CommandLine line = commandLine(EmbeddedFlink.metering());
        // Not in the charset of the locale, which may lack letters: what is printed is data.
        PrintWriter out =
                new PrintWriter(
                        new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        int exitCode = execute(line.setOut(out), arguments);
        out.flush();
        System.exit(exitCode);
    }

    /** Several libraries unpack code of their own, and none says what to do if that cannot run. */
    private static int execute(CommandLine line, String... arguments) {
        try {
            return line.execute(arguments);
        } catch (UnsatisfiedLinkError e) {
            return complain(
                    line,
                    "code in the temporary directory "
                            + System.getProperty("java.io.tmpdir")
                            + " cannot run ("
                            + Objects.toString(e.getMessage(), "").lines().findFirst().orElse("")
                            + "): name another one with"
                            + " TALLYFLOW_JAVA_OPTS=-Djava.io.tmpdir=DIR",
                    FAILED);
        }
    }

    /** The command with all its subcommands. */
    static CommandLine commandLine(JobLauncher launcher) {
        return commandLine(launcher, InstantSource.system());
    }

    /**
     * The command with all its subcommands.
     *
     * @param clock says what now is where a time is left out
     */
    static CommandLine commandLine(JobLauncher launcher, InstantSource clock) {
        CommandLine line = new CommandLine(new Tallyflow());
        line.addSubcommand(new CommandLine(new UpCommand(launcher)));
        line.addSubcommand(
                new CommandLine(new DemoCommand(launcher, () -> commandLine(launcher, clock))));
        line.addSubcommand(new CommandLine(new MetersCommand()));
        line.addSubcommand(new CommandLine(new QueryCommand()));
        line.addSubcommand(new CommandLine(new BackfillCommand()));
        line.addSubcommand(new CommandLine(new ImportCommand(clock)));
        line.addSubcommand(new CommandLine(new VoidCommand(clock)));
        line.addSubcommand(new CommandLine(new CorrectCommand()));
        line.addSubcommand(new CommandLine(new ExplainCommand()));
        line.addSubcommand(new CommandLine(new ReconcileCommand()));
        line.addSubcommand(new CommandLine(new StatusCommand()));
        line.addSubcommand(new CommandLine(new LakeCommand()));
        line.addSubcommand(new CommandLine(new ServersCommand()));
        line.addSubcommand(new CommandLine(new RelocateCommand()));
        line.addSubcommand(new CommandLine(new PrepareCommand()));
        line.addSubcommand(new CommandLine(new SubmitCommand()));
        line.addSubcommand(new CommandLine(new StartCommand()));
        line.addSubcommand(new CommandLine(new SavepointCommand()));
        line.addSubcommand(new CommandLine(new SavepointsCommand()));
        line.addSubcommand(new CommandLine(new ResetCommand(clock)));
        line.addSubcommand(new CommandLine(new ResetsCommand()));
        line.addSubcommand(new CommandLine(new StateCommand()));
        line.addSubcommand(new CommandLine(new RewindCommand()));
        line.addSubcommand(new CommandLine(new RehearsalCommand()));
        line.getSubcommands().values().forEach(Tallyflow::offerHelp);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler(Tallyflow::wronglyUsed);
        line.setExecutionExceptionHandler(Tallyflow::failed);
        return line;
    }

    private static void offerHelp(CommandLine line) {
        line.getCommandSpec().mixinStandardHelpOptions(true);
        line.getSubcommands().values().forEach(Tallyflow::offerHelp);
    }

    @Override
    public Integer call() {
        throw new RequestRefusedException("which command? See tallyflow --help");
    }

    private static int wronglyUsed(ParameterException problem, String[] arguments) {
        String meant = Misspelling.meant(problem);
        return complain(
                problem.getCommandLine(),
                Secret.withoutLogins(Objects.toString(problem.getMessage(), ""))
                        + (meant == null ? "" : "; perhaps " + meant + " is meant")
                        + " (see "
                        + problem.getCommandLine().getCommandSpec().qualifiedName()
                        + " --help)",
                WRONGLY_USED);
    }

    private static int failed(Exception failure, CommandLine line, ParseResult parsed) {
        if (failure instanceof RequestRefusedException refused) {
            return complain(
                    line,
                    Secret.withoutLogins(refused.text().naming(Tallyflow::option)),
                    WRONGLY_USED);
        }
        if (failure instanceof RequestFailedException failed) {
            return complain(line, failed.text().naming(Tallyflow::option), FAILED);
        }
        LoggerFactory.getLogger(Tallyflow.class).error("Unexpected", failure);
        return complain(line, Secret.withoutLogins("unexpected failure: " + failure), FAILED);
    }

    private static String option(RequestInput input) {
        return "--" + input.key();
    }

    private static int complain(CommandLine line, @Nullable String message, int exitCode) {
        // Only lists of problems have more than one line.
        Objects.toString(message, "failed")
                .lines()
                .forEach(problem -> line.getErr().println("tallyflow: " + problem));
        line.getErr().flush();
        return exitCode;
    }
}
