package io.tallyflow.cli.status;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.KafkaOption;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.FrameByFrame;
import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.cli.terminal.Signals;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.status.LedgerStatus;
import io.tallyflow.results.status.TopicEnds;
import io.tallyflow.results.status.TopicWatch;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow status}. */
@Command(
        name = "status",
        description =
                "How far the pipeline is: lanes, lag, watermark, last commit and meters in force.")
public final class StatusCommand implements Callable<Integer> {

    private static final long REFRESH_MILLIS = 1_000;

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final KafkaOption kafka = new KafkaOption();

    @Option(names = "--watch", description = "Again every second, until Ctrl-C.")
    private boolean watch;

    @Override
    public Integer call() {
        kafka.check();
        Connections connections = connection.find(System.getenv());
        PrintWriter out = Console.out(spec);
        try (TopicWatch topic = new TopicWatch(kafka.find(connections), Topics.EVENTS)) {
            if (watch) {
                watch(connections.postgres(), topic, new FrameByFrame(out, Ansi.AUTO.enabled()));
            } else {
                show(connections.postgres(), topic, out);
            }
        }
        return 0;
    }

    /** What is known is shown; that something is not known, a script must be able to tell. */
    private static void show(PostgresAddress postgres, TopicWatch topic, PrintWriter out) {
        LedgerStatus ledger = ledger(postgres);
        TopicEnds ends = topic.look(ledger.pipelines());
        StatusText.lines(ledger, ends).forEach(out::println);
        out.flush();
        if (topic.isAsked() && ends.problem() != null) {
            throw new RequestFailedException("the lag is not known: " + ends.problem());
        }
    }

    private static void watch(PostgresAddress postgres, TopicWatch topic, FrameByFrame screen) {
        try (Lifetime lifetime = new Lifetime()) {
            Signals.stopCleanly(lifetime);
            while (!lifetime.isOver()) {
                screen.show(linesOrTrouble(postgres, topic));
                Thread.sleep(REFRESH_MILLIS);
            }
        } catch (InterruptedException e) {
            // Whoever interrupts wants what Ctrl-C does.
        }
    }

    /** Who watches an outage wants to see its end too. */
    private static List<String> linesOrTrouble(PostgresAddress postgres, TopicWatch topic) {
        try {
            LedgerStatus ledger = ledger(postgres);
            return StatusText.lines(ledger, topic.look(ledger.pipelines()));
        } catch (RequestFailedException e) {
            return List.of(Objects.toString(e.getMessage(), e.toString()));
        }
    }

    private static LedgerStatus ledger(PostgresAddress postgres) {
        try (Connection connection = postgres.connect()) {
            return LedgerStatus.read(connection);
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }
}
