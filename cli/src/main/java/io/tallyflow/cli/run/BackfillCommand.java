package io.tallyflow.cli.run;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.Terminal;
import io.tallyflow.cli.terminal.TimeArgument;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.operations.run.Backfill;
import io.tallyflow.operations.run.Backfill.Outcome;
import io.tallyflow.operations.run.RunLimits;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import io.tallyflow.schemas.meter.MeterVersion;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow backfill}. */
@Command(
        name = "backfill",
        description = {
            "Counts from the lake the events that were accepted before a meter was defined; the job"
                    + " goes on meanwhile, and totals include them all at once.",
            "A run that was ended before it was done goes on when the same is asked again; what was"
                    + " counted once is not counted twice."
        })
public final class BackfillCommand implements Callable<Integer> {

    private static final List<Column> COLUMNS =
            List.of(
                    Column.number("run"),
                    Column.text("meter"),
                    Column.number("version"),
                    Column.text("from"),
                    Column.text("to"),
                    Column.number("events"),
                    Column.number("windows"),
                    Column.number("shown after commit"));

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ALL_PATIENCE = Duration.ofDays(1);

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final LakeOption lake = new LakeOption();

    @Parameters(paramLabel = "METER", description = "Slug of the meter.")
    private String meter = "";

    @Option(
            names = "--from",
            paramLabel = "T",
            description =
                    "Events from this time on, on a boundary of the meter's windows (default: all"
                            + " that the lake holds).")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "T",
            description = "Events before this time, on such a boundary.")
    private @Nullable String to;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "Why, for whoever looks at tallyflow.run.")
    private @Nullable String reason;

    @Option(names = "--dry-run", description = "Only count, and show what would be added.")
    private boolean dryRun;

    @Option(
            names = "--wait",
            description =
                    "Wait for the lake to hold what is to be counted, however long that takes;"
                            + " without it for a minute.")
    private boolean wait;

    @Override
    public Integer call() {
        Instant first = time("--from", from);
        Instant end = time("--to", to);
        Connections connections = connection.find(System.getenv());
        LakeOptions options = lake.find(connections, System.getenv());
        if (options == null) {
            throw new RequestFailedException(
                    "nothing is known of a lake there, and without one nothing can be counted again:"
                            + " name its catalog with --lake-properties, or the data directory of"
                            + " running servers with --data-dir");
        }
        PrintWriter out = Console.out(spec);
        List<Outcome> outcomes;
        try (RunProgress progress =
                new RunProgress(out, Terminal.isThere(System.getenv()), System::nanoTime)) {
            outcomes =
                    new Backfill(connections.postgres(), options, RunLimits.ofMachine(), progress)
                            .run(
                                    new Backfill.Request(
                                            meter,
                                            first,
                                            end,
                                            reason,
                                            !dryRun,
                                            wait ? ALL_PATIENCE : PATIENCE));
        }
        if (outcomes.isEmpty()) {
            out.println("nothing is left to be counted: runs have counted all of it");
        } else {
            TextTable.lines(COLUMNS, outcomes.stream().map(BackfillCommand::row).toList())
                    .forEach(out::println);
        }
        out.flush();
        return 0;
    }

    private static @Nullable Instant time(String option, @Nullable String text) {
        return text == null ? null : TimeArgument.exact(option, text);
    }

    private static List<String> row(Outcome outcome) {
        MeterVersion version = outcome.version();
        return List.of(
                outcome.run() == 0 ? "" : Long.toString(outcome.run()),
                version.meter().slug(),
                Integer.toString(version.version()),
                bound(version.fromMillis(), MeterVersion.ALWAYS_FROM),
                bound(version.toMillis(), MeterVersion.ALWAYS_TO),
                Long.toString(outcome.events()),
                Long.toString(outcome.windows()),
                Objects.toString(outcome.shownInCommit(), ""));
    }

    private static String bound(long millis, long none) {
        return millis == none ? "" : Instant.ofEpochMilli(millis).toString();
    }
}
