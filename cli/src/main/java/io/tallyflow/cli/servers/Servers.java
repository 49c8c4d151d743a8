package io.tallyflow.cli.servers;

import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.local.embedded.JobLauncher;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.Ports;
import io.tallyflow.local.embedded.RetainedCheckpoints;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.schemas.meter.Meter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Kafka, Postgres and the job, running on one data directory.
 *
 * @param kafka the brokers
 * @param job that reads from one and writes to the other
 */
public record Servers(
        DataDirectory directory,
        KafkaConnection kafka,
        PostgresAddress postgres,
        RunningJob job,
        FirstCommit firstCommit) {

    private static final int MOST_SLOTS = 4;

    /** Starts what the plan asks for, and says where it is. */
    public static Servers start(
            ServerPlan plan,
            MeterChoice meters,
            JobLauncher launcher,
            Lifetime lifetime,
            PrintWriter out) {
        DataDirectory directory = directory(plan, lifetime, out);
        List<Meter> coming = meters.read(directory);
        Path definitions = meters.file(directory);
        ReadyServers ends = ReadyServers.start(plan, directory, lifetime, out);
        Console.say(out, "meters", definitions.toString());
        MeterChoice.sayWhatEnds(ends.postgres(), coming, out);
        Console.say(out, "iceberg", directory.warehouse().toString());
        FirstCommit firstCommit = FirstCommit.following(ends.postgres());
        RunningJob job =
                lifetime.start(() -> launcher.start(settings(plan, directory, ends, definitions)));
        Console.say(out, "flink", job.webAddress());
        if (plan.metricsPort() != null) {
            Console.say(out, "metrics", "http://127.0.0.1:" + plan.metricsPort() + "/metrics");
        }
        Console.say(out, "logs", directory.logs().toString());
        Connections reached =
                new Connections(
                        ends.postgres(),
                        ends.kafka(),
                        job.webAddress(),
                        directory.warehouse().toString());
        lifetime.start(() -> reached.publish(directory.root()));
        return new Servers(directory, ends.kafka(), ends.postgres(), job, firstCommit);
    }

    /** Waits until events are being processed and results can be asked for. */
    public void awaitProcessing(Duration patience) {
        job.awaitProcessing(patience);
        firstCommit.await(patience, job.ended());
    }

    /**
     * Waits some time.
     *
     * @throws RequestFailedException if the job ends meanwhile
     */
    public void pause(Duration time) {
        try {
            job.ended().get(time.toMillis(), TimeUnit.MILLISECONDS);
            throw new RequestFailedException("the job ended; see " + directory.logs());
        } catch (TimeoutException stillRunning) {
            // As it should.
        } catch (ExecutionException e) {
            throw new RequestFailedException(
                    "the job failed (" + FirstCause.of(e) + "); see " + directory.logs(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestFailedException("interrupted", e);
        }
    }

    /** The plan's directory, with nothing in it running any more, and free ports to start on. */
    static DataDirectory directory(ServerPlan plan, Lifetime lifetime, PrintWriter out) {
        DataDirectory directory = lifetime.start(() -> DataDirectory.open(plan.dataDirectory()));
        Connections.remove(directory.root());
        logTo(directory.logs());
        Console.say(out, "data", directory.root().toString());
        if (plan.postgres() == null) {
            EmbeddedPostgres.takeOver(directory.postgres());
        }
        plan.fixedPorts().forEach(Servers::requireFree);
        return directory;
    }

    /** Before anything is logged; has no effect in a process that logs already. */
    private static void logTo(Path logs) {
        System.setProperty("tallyflow.logs", logs.toString());
        // In the names of files that are put aside, a percent sign begins something.
        System.setProperty("tallyflow.logs.pattern", logs.toString().replace("%", "%%"));
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty("log4j2.configurationFile", "classpath:log4j2-servers.xml");
        }
    }

    private static void requireFree(String option, int port) {
        if (!Ports.isFree(port)) {
            throw new RequestFailedException(
                    "port " + port + " is in use: choose another one with " + option);
        }
    }

    private static JobSettings settings(
            ServerPlan plan, DataDirectory directory, ReadyServers ends, Path meters) {
        PostgresAddress postgres = ends.postgres();
        Path flink = directory.flink();
        return new JobSettings(
                ends.kafka(),
                postgres.url(),
                postgres.user(),
                postgres.password(),
                meters,
                flink,
                directory.warehouse(),
                plan.webPort(),
                plan.metricsPort(),
                Math.min(MOST_SLOTS, Runtime.getRuntime().availableProcessors()),
                RetainedCheckpoints.newest(flink.resolve("checkpoints")).orElse(null));
    }
}
