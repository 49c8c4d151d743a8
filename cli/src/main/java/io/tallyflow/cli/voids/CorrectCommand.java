package io.tallyflow.cli.voids;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.KafkaOption;
import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.voids.Correction;
import io.tallyflow.operations.voids.Correction.Outcome;
import io.tallyflow.operations.voids.PatientCorrection;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.status.TopicWatch;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow correct}. */
@Command(
        name = "correct",
        description = {
            "Applies the voids that can be applied: counts the windows of their events again without"
                    + " these. tallyflow up does it by itself.",
            "Says how many voids wait: for their event to come, for its windows to settle, or for"
                    + " the lake."
        })
public final class CorrectCommand implements Callable<Integer> {

    /** They may apply thousands. */
    private static final Duration FOR_OTHERS = Duration.ofMinutes(1);

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final LakeOption lake = new LakeOption();
    @Mixin private final KafkaOption kafka = new KafkaOption();

    @Option(
            names = "--wait",
            description =
                    "First wait for the job to read what is in the topic, and for the lake to hold"
                            + " it. Windows that have not settled are not waited for.")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            defaultValue = "600",
            description = "With --wait: for how many seconds (default: ${DEFAULT-VALUE}).")
    private int timeout;

    @Override
    public Integer call() throws IOException {
        if (timeout <= 0) {
            throw new RequestRefusedException("--timeout " + timeout + " is no time to wait for");
        }
        kafka.check();
        Connections connections = connection.find(System.getenv());
        LakeOptions options =
                lake.required(connections, System.getenv(), "windows cannot be counted again");
        PrintWriter out = Console.out(spec);
        try (Correction correction =
                        Correction.of(connections.postgres(), options, RunLimits.ofMachine());
                TopicWatch topic = new TopicWatch(kafka.find(connections), Topics.EVENTS)) {
            if (wait && !topic.isAsked()) {
                Console.say(out, "kafka", "is not known: records that were not read do not count");
            }
            print(
                    out,
                    wait
                            ? new PatientCorrection(
                                            correction,
                                            connections.postgres(),
                                            Duration.ofSeconds(timeout))
                                    .run(topic)
                            : correction.run(FOR_OTHERS));
        }
        return 0;
    }

    private static void print(PrintWriter out, Outcome outcome) {
        Console.say(
                out,
                "applied",
                voids(outcome.applied())
                        + (outcome.patches().isEmpty()
                                ? ""
                                : outcome.patches().stream()
                                        .map(Object::toString)
                                        .collect(Collectors.joining(", ", " by run ", ""))));
        waiting(out, outcome.waitForEvent(), "for an event that has not come");
        waiting(out, outcome.waitForWindows(), "for windows to settle");
        waiting(out, outcome.waitForLake(), "for the lake");
    }

    private static void waiting(PrintWriter out, int voids, String what) {
        if (voids > 0) {
            Console.say(out, "waiting", voids(voids) + " " + what);
        }
    }

    private static String voids(int number) {
        return number == 1 ? "1 void" : number + " voids";
    }
}
