package io.tallyflow.cli.servers;

import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.cli.terminal.Signals;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow servers}. */
@Command(
        name = "servers",
        description = {
            "Runs Kafka and Postgres on this machine, without a job, until Ctrl-C or SIGTERM: for a"
                    + " job that a cluster runs.",
            "Started again with the same data directory they hold what they held."
        })
public final class ServersCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where everything is kept between runs.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--kafka-port",
            paramLabel = "PORT",
            description = "Port of Kafka; 0 takes a free one.")
    private @Nullable Integer kafkaPort;

    @Option(
            names = "--postgres-port",
            paramLabel = "PORT",
            description = "Port of Postgres; 0 takes a free one.")
    private @Nullable Integer postgresPort;

    @Override
    public Integer call() {
        ServerPlan plan = plan();
        PrintWriter out = Console.out(spec);
        try (Lifetime lifetime = new Lifetime()) {
            Signals.stopCleanly(lifetime);
            start(plan, lifetime, out);
            out.println("ready: Ctrl-C stops");
            out.flush();
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            // Whoever interrupts wants what Ctrl-C does.
        }
        return 0;
    }

    private static void start(ServerPlan plan, Lifetime lifetime, PrintWriter out) {
        DataDirectory directory = Servers.directory(plan, lifetime, out);
        Console.say(out, "meters", directory.meters().toString());
        ReadyServers ends = ReadyServers.start(plan, directory, lifetime, out);
        Console.say(out, "logs", directory.logs().toString());
        String warehouse = directory.warehouse().toString();
        Connections reached = new Connections(ends.postgres(), ends.kafka(), null, warehouse);
        lifetime.start(() -> reached.publish(directory.root()));
    }

    private ServerPlan plan() {
        ServerOptions options = new ServerOptions();
        options.dataDirectory = dataDirectory;
        options.kafkaPort = kafkaPort;
        options.postgresPort = postgresPort;
        options.webPort = 0;
        return options.plan(ServerPlan.wellKnown(Path.of(DataDirectory.DEFAULT)), System.getenv());
    }
}
