package io.tallyflow.cli.audit;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.TimeArgument;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.reconcile.Reconcile;
import io.tallyflow.operations.reconcile.Reconcile.Outcome;
import io.tallyflow.operations.reconcile.Reconcile.Windows;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow reconcile}. */
@Command(
        name = "reconcile",
        description = {
            "Counts everything that has settled again from the events in the lake, and says where"
                    + " Postgres or the lake's usage come to something else; the job goes on meanwhile.",
            "Exit code 0 only if nothing differs, or everything was repaired."
        })
public final class ReconcileCommand implements Callable<Integer> {

    /** Others may patch thousands of windows. */
    private static final Duration FOR_OTHERS = Duration.ofMinutes(1);

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final LakeOption lake = new LakeOption();

    @Option(
            names = "--from",
            paramLabel = "T",
            description = "Windows that begin at this time or later (default: all there are).")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "T", description = "Windows that begin before this time.")
    private @Nullable String to;

    @Option(names = "--meter", paramLabel = "SLUG", description = "Only this meter.")
    private @Nullable String meter;

    @Option(
            names = "--repair",
            description =
                    "Put what the events come to in the place of what differs in Postgres; what was"
                            + " there is kept.")
    private boolean repair;

    @Override
    public Integer call() {
        Reconcile.Request request =
                new Reconcile.Request(meter, time("--from", from), time("--to", to), repair);
        Connections connections = connection.find(System.getenv());
        LakeOptions found =
                lake.required(connections, System.getenv(), "there are no events to count");
        PrintWriter out = Console.out(spec);
        Outcome outcome;
        try (ReconcileProgress progress = new ReconcileProgress(out)) {
            outcome =
                    new Reconcile(
                                    connections.postgres(),
                                    found,
                                    RunLimits.ofMachine(),
                                    FOR_OTHERS,
                                    progress)
                            .run(request);
        }
        print(out, outcome);
        return outcome.isEqual() ? 0 : 1;
    }

    private static @Nullable Instant time(String option, @Nullable String text) {
        return text == null ? null : TimeArgument.exact(option, text);
    }

    private void print(PrintWriter out, Outcome outcome) {
        Console.say(out, "as of", "commit " + outcome.commit());
        if (outcome.inLake() != outcome.accepted()) {
            Console.say(
                    out,
                    "lake",
                    "holds %d of the %d events that were accepted by then"
                            .formatted(outcome.inLake(), outcome.accepted()));
        }
        print(out, "Postgres", outcome.postgres());
        print(out, "usage in the lake", outcome.lake());
        if (outcome.postgres().left() > 0) {
            Console.say(
                    out,
                    "left out",
                    windows(outcome.postgres().left())
                            + " that had not settled, or only later than the lake stands");
        }
        if (!outcome.runs().isEmpty()) {
            Console.say(
                    out,
                    "repaired",
                    windows(outcome.postgres().repaired())
                            + outcome.runs().stream()
                                    .map(Object::toString)
                                    .collect(Collectors.joining(", ", " by run ", "")));
        }
        long unrepaired = outcome.postgres().different() - outcome.postgres().repaired();
        if (repair && unrepaired > 0) {
            Console.say(
                    out,
                    "not yet",
                    windows(unrepaired)
                            + " left: the lake has to catch up, or the sum is more than a row holds");
        }
        if (outcome.record() == null) {
            Console.say(
                    out,
                    "not kept",
                    "this user cannot add to tallyflow.reconciliation there, so no alert tells of it");
        }
    }

    private static void print(PrintWriter out, String where, Windows windows) {
        Console.say(
                out,
                windows.different() == 0 ? "equal" : "differs",
                where
                        + ": "
                        + windows(windows.compared())
                        + " compared"
                        + (windows.different() == 0
                                ? ""
                                : ", " + windows.different() + " different"));
    }

    private static String windows(long number) {
        return number == 1 ? "1 window" : number + " windows";
    }
}
