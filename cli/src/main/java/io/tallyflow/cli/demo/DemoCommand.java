package io.tallyflow.cli.demo;

import io.tallyflow.cli.connect.EmbeddedLake;
import io.tallyflow.cli.directory.Birthplace;
import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.cli.directory.DataPlace;
import io.tallyflow.cli.servers.MeterChoice;
import io.tallyflow.cli.servers.ServerOptions;
import io.tallyflow.cli.servers.ServerPlan;
import io.tallyflow.cli.servers.Servers;
import io.tallyflow.cli.servers.UpCommand;
import io.tallyflow.cli.story.Story;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.cli.terminal.Signals;
import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.local.embedded.JobLauncher;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.Comparison;
import io.tallyflow.local.truth.DemoMeters;
import io.tallyflow.local.truth.DemoRun;
import io.tallyflow.local.truth.GeneratorSettings;
import io.tallyflow.local.truth.LakeArrival;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.local.truth.Truth;
import io.tallyflow.local.truth.UsageSender;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow demo}. */
@Command(
        name = "demo",
        description = {
            "Runs everything on this machine, sends events whose truth is known, and compares.",
            "Without options: in a directory of its own that is removed at the end, on free ports."
                    + " Exit code 0 only if every lane, total and window equals the truth."
        })
public final class DemoCommand implements Callable<Integer> {

    private static final int DIFFERENT = 1;
    private static final long EVENTS = 100_000;

    /** As shells say of whoever was interrupted: nothing was compared. */
    private static final int STOPPED = 130;

    private final JobLauncher launcher;
    private final Supplier<CommandLine> commands;

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ServerOptions servers = new ServerOptions();

    @Option(
            names = "--events",
            paramLabel = "N",
            description =
                    "How many records to send, copies and bad ones among them; default 100000.")
    private @Nullable Long events;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Equal seeds send equal events; default 1.")
    private @Nullable Long seed;

    @Option(
            names = "--keep",
            description = "Leave everything running when the comparison is done, until Ctrl-C.")
    private boolean staysRunning;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Records to send per second; without it as fast as Kafka takes them.")
    private @Nullable Long rate;

    @Option(
            names = "--story",
            description =
                    "Tell how the past is counted again, by the commands that do it, instead: exit code"
                            + " 0 only if every figure is right, in Postgres and in the lake.")
    private boolean story;

    /**
     * @param commands makes the command with all its subcommands
     */
    public DemoCommand(JobLauncher launcher, Supplier<CommandLine> commands) {
        this.launcher = launcher;
        this.commands = commands;
    }

    @Override
    public Integer call() throws IOException, SQLException {
        requirePositive("--events", events == null ? 1 : events);
        requirePositive("--rate", rate == null ? 1 : rate);
        requireNoMore();
        Path given = servers.dataDirectory;
        Path directory = given == null ? Files.createTempDirectory("tallyflow-demo") : given;
        PrintWriter out = Console.out(spec);
        try (Lifetime lifetime = new Lifetime()) {
            if (given == null) {
                lifetime.start(() -> () -> Directories.delete(directory));
            }
            ServerPlan plan = servers.plan(ServerPlan.anywhere(directory), System.getenv());
            Signals.stopWith(STOPPED, lifetime);
            Servers running =
                    Servers.start(
                            plan,
                            new MeterChoice(meters(directory, story), false),
                            launcher,
                            lifetime,
                            out);
            running.awaitProcessing(UpCommand.PATIENCE);
            return untilStopped(running, story ? null : settings(running), lifetime, out);
        }
    }

    private int untilStopped(
            Servers running,
            @Nullable GeneratorSettings settings,
            Lifetime lifetime,
            PrintWriter out)
            throws SQLException {
        try {
            boolean equal =
                    settings == null ? tell(running, out) : run(running, settings, lifetime, out);
            if (staysRunning) {
                out.println("everything is left running; Ctrl-C stops");
                out.flush();
                UpCommand.awaitEnd(running, lifetime);
            }
            return equal ? 0 : DIFFERENT;
        } catch (RequestFailedException | SQLException e) {
            if (lifetime.isOver()) {
                // The servers went away because somebody stopped the demo.
                return STOPPED;
            }
            throw e;
        }
    }

    private boolean tell(Servers running, PrintWriter out) {
        return new Story(running, running.directory().root(), commands, Instant.now(), out).tell();
    }

    private void requireNoMore() {
        if (story && (events != null || seed != null || rate != null)) {
            throw new RequestRefusedException(
                    "--story sends what it tells of: it goes with none of --events, --seed and --rate");
        }
    }

    private static void requirePositive(String option, long number) {
        if (number < 1) {
            throw new RequestRefusedException(option + " " + number + " is not a number of events");
        }
    }

    private static Path meters(Path directory, boolean story) {
        try {
            Birthplace.require(DataPlace.of(directory));
            DataDirectory.makePrivate(directory);
            return story ? Story.meters(directory) : DemoMeters.writeTo(directory);
        } catch (IOException e) {
            throw new RequestFailedException(
                    "data directory "
                            + directory
                            + " cannot be written ("
                            + e
                            + "): choose another one with --data-dir",
                    e);
        }
    }

    private GeneratorSettings settings(Servers running) throws IOException {
        try {
            return DemoRun.in(
                    running.directory().root(),
                    seed == null ? 1 : seed,
                    events == null ? EVENTS : events,
                    System.currentTimeMillis());
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException(
                    e.getMessage() + ": use these, or another --data-dir");
        }
    }

    private boolean run(
            Servers running, GeneratorSettings settings, Lifetime lifetime, PrintWriter out)
            throws SQLException {
        long perSecond = rate == null ? 0 : rate;
        try (UsageSender sender =
                        new UsageSender(running.kafka(), Topics.EVENTS, settings, perSecond);
                Connection connection = running.postgres().connect()) {
            DemoView view = DemoView.of(out, lifetime, System.getenv());
            Truth truth = new DemoWatch(running, settings, connection, sender, view).awaitEnd();
            view.close();
            Comparison comparison =
                    Comparison.of(
                            truth,
                            PostgresResults.all(connection),
                            LakeArrival.await(
                                    EmbeddedLake.of(
                                            running.postgres(), running.directory().warehouse()),
                                    running.postgres(),
                                    truth,
                                    out));
            comparison.print(out);
            return comparison.isEqual();
        }
    }
}
