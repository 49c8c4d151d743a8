package io.tallyflow.cli.run;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.TimeArgument;
import io.tallyflow.operations.run.Backfill;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
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
        PrintWriter out = Console.out(spec);
        new PrintedRuns(connection.find(System.getenv()), lake, out)
                .run(
                        new Backfill.Request(
                                meter,
                                /* version= */ null,
                                first,
                                end,
                                reason,
                                !dryRun,
                                wait ? ALL_PATIENCE : PrintedRuns.PATIENCE));
        return 0;
    }

    private static @Nullable Instant time(String option, @Nullable String text) {
        return text == null ? null : TimeArgument.exact(option, text);
    }
}
