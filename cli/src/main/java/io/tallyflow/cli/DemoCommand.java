package io.tallyflow.cli;

import io.tallyflow.cli.demo.Comparison;
import io.tallyflow.cli.demo.DemoRun;
import io.tallyflow.cli.demo.GeneratorSettings;
import io.tallyflow.cli.demo.SeenInPostgres;
import io.tallyflow.cli.demo.Truth;
import io.tallyflow.cli.demo.UsageSender;
import io.tallyflow.cli.embedded.Directories;
import io.tallyflow.cli.embedded.JobLauncher;
import io.tallyflow.cli.embedded.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
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
final class DemoCommand implements Callable<Integer> {

    private static final int DIFFERENT = 1;

    private final JobLauncher launcher;

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ServerOptions servers = new ServerOptions();

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "100000",
            description =
                    "How many records to send, copies and bad ones among them; default ${DEFAULT-VALUE}.")
    private long events;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Equal seeds send equal events; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--keep",
            description = "Leave everything running when the comparison is done, until Ctrl-C.")
    private boolean keep;

    DemoCommand(JobLauncher launcher) {
        this.launcher = launcher;
    }

    @Override
    public Integer call() throws IOException, SQLException {
        if (events < 1) {
            throw new UsageProblem("--events " + events + " is not a number of events");
        }
        Path given = servers.dataDirectory;
        Path directory = given == null ? Files.createTempDirectory("tallyflow-demo") : given;
        ServerPlan plan = servers.plan(ServerPlan.anywhere(directory), System.getenv());
        PrintWriter out = Console.out(spec);
        try (Lifetime lifetime = new Lifetime()) {
            if (given == null) {
                lifetime.start(() -> () -> Directories.delete(directory));
            }
            Signals.stopCleanly(lifetime);
            Servers running = Servers.start(plan, null, launcher, lifetime, out);
            running.job().awaitProcessing(UpCommand.PATIENCE);
            boolean equal = run(running, settings(running), out);
            if (keep) {
                out.println("everything is left running; Ctrl-C stops");
                out.flush();
                UpCommand.awaitEnd(running, lifetime);
            }
            return equal ? 0 : DIFFERENT;
        }
    }

    private GeneratorSettings settings(Servers running) throws IOException {
        try {
            return DemoRun.in(running.directory().root(), seed, events, System.currentTimeMillis());
        } catch (IllegalArgumentException e) {
            throw new UsageProblem(e.getMessage() + ": use these, or another --data-dir");
        }
    }

    private boolean run(Servers running, GeneratorSettings settings, PrintWriter out)
            throws SQLException {
        Truth truth = new Truth(settings);
        truth.advanceToEnd();
        long start = System.nanoTime();
        try (UsageSender sender = new UsageSender(running.kafka(), Topics.EVENTS, settings);
                Connection connection = running.postgres().connect()) {
            CompletableFuture<Void> sent =
                    CompletableFuture.runAsync(() -> sender.sendUpTo(settings.records()));
            SeenInPostgres seen = SeenInPostgres.progress(connection);
            while (!seen.offsets().equals(truth.offsets())) {
                pause(running, sent);
                seen = SeenInPostgres.progress(connection);
                out.printf(
                        "%4d s  commit %d: %,d of %,d records%n",
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                        seen.commit(),
                        seen.counts().consumed(),
                        settings.records());
                out.flush();
            }
            sent.join();
            Comparison comparison = Comparison.of(truth, SeenInPostgres.all(connection));
            comparison.print(out);
            return comparison.isEqual();
        }
    }

    /** Waits a second, unless the job or the sender has failed. */
    private static void pause(Servers running, CompletableFuture<Void> sent) {
        if (sent.isCompletedExceptionally()) {
            sent.join();
        }
        try {
            running.job().ended().get(1, TimeUnit.SECONDS);
            throw new CommandFailure("the job ended; see " + running.directory().logs());
        } catch (TimeoutException stillRunning) {
            // As it should.
        } catch (ExecutionException e) {
            throw new CommandFailure(
                    "the job failed (" + Console.reason(e) + "); see " + running.directory().logs(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", e);
        }
    }
}
