package io.tallyflow.cli.servers;

import io.tallyflow.cli.connect.EmbeddedLake;
import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.cli.terminal.Signals;
import io.tallyflow.local.embedded.JobLauncher;
import io.tallyflow.local.embedded.RetainedCheckpoints;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.meters.MeterDefinitions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow up}. */
@Command(
        name = "up",
        description = {
            "Runs Kafka, Postgres and the metering job on this machine until Ctrl-C or SIGTERM.",
            "Started again with the same data directory it goes on where it was. Without options:"
                    + " data in .tallyflow/, Kafka on port 9092, Postgres on 5432, Flink's page on"
                    + " 8081."
        })
public final class UpCommand implements Callable<Integer> {

    /** How long the job may take to process its first event. */
    public static final Duration PATIENCE = Duration.ofMinutes(5);

    /** As many as Flink keeps: then the current job's checkpoints stand on their own. */
    private static final int ENOUGH_CHECKPOINTS = 5;

    private static final Duration BETWEEN_LOOKS_FOR_VOIDS = Duration.ofSeconds(5);

    private final JobLauncher launcher;

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ServerOptions servers = new ServerOptions();

    @Option(
            names = "--meters",
            paramLabel = "FILE",
            description = "Meter definitions; without it meters.yaml in the data directory.")
    private @Nullable Path meters;

    @Option(
            names = "--no-meters",
            description = "Start although the file defines no meter: nothing is counted.")
    private boolean noMeters;

    public UpCommand(JobLauncher launcher) {
        this.launcher = launcher;
    }

    @Override
    public Integer call() {
        ServerPlan plan =
                servers.plan(ServerPlan.wellKnown(Path.of(DataDirectory.DEFAULT)), System.getenv());
        if (meters != null) {
            MeterDefinitions.toCountBy(meters, "--meters " + meters, noMeters);
        }
        PrintWriter out = Console.out(spec);
        long start = System.nanoTime();
        try (Lifetime lifetime = new Lifetime()) {
            Signals.stopCleanly(lifetime);
            Servers running =
                    Servers.start(plan, new MeterChoice(meters, noMeters), launcher, lifetime, out);
            running.awaitProcessing(PATIENCE);
            out.printf(
                    "ready after %d s: events are being processed; Ctrl-C stops%n",
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
            out.flush();
            awaitEnd(running, lifetime);
            return 0;
        }
    }

    /** Returns when the end has come; throws when the job ends or fails before. */
    public static void awaitEnd(Servers running, Lifetime lifetime) {
        try (BackgroundThread upkeep =
                        DailyUpkeep.of(running.postgres()).start(Duration.ofSeconds(1));
                BackgroundThread voids =
                        VoidWatch.of(
                                        running.postgres(),
                                        EmbeddedLake.of(
                                                running.postgres(),
                                                running.directory().warehouse()))
                                .start(BETWEEN_LOOKS_FOR_VOIDS)) {
            watch(running, lifetime);
        }
    }

    private static void watch(Servers running, Lifetime lifetime) {
        RunningJob job = running.job();
        DiskWatch disk = DiskWatch.of(running.directory().root());
        boolean alone = false;
        while (true) {
            try {
                job.ended().get(1, TimeUnit.SECONDS);
                if (lifetime.isOver()) {
                    return;
                }
                throw new RequestFailedException(
                        "the job ended; see " + running.directory().logs());
            } catch (TimeoutException stillRunning) {
                disk.look();
                alone =
                        alone
                                || RetainedCheckpoints.removeEarlierJobs(
                                        running.directory().flink().resolve("checkpoints"),
                                        job.id(),
                                        ENOUGH_CHECKPOINTS);
            } catch (ExecutionException e) {
                throw new RequestFailedException(
                        "the job failed ("
                                + FirstCause.of(e)
                                + "); see "
                                + running.directory().logs(),
                        e);
            } catch (InterruptedException e) {
                // Whoever interrupts wants what Ctrl-C does.
                return;
            }
        }
    }
}
