package io.tallyflow.cli.run;

import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.terminal.Terminal;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.run.Backfill;
import io.tallyflow.operations.run.Backfill.Outcome;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import io.tallyflow.schemas.meter.MeterVersion;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** Lets runs count in this process, and shows how far they are and what they came to. */
public final class PrintedRuns {

    /** How long to wait for the lake, unless somebody has more of it. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

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

    private final Connections connections;
    private final LakeOptions lake;
    private final PrintWriter out;

    /**
     * @throws RequestFailedException if nothing is known of a lake
     */
    public PrintedRuns(Connections connections, LakeOption lake, PrintWriter out) {
        this.connections = connections;
        this.out = out;
        this.lake = lake.required(connections, System.getenv(), "nothing can be counted again");
    }

    /**
     * Runs, and shows it.
     *
     * @throws RequestFailedException as {@link Backfill#run}
     */
    public void run(Backfill.Request request) {
        List<Outcome> outcomes;
        try (RunProgress progress =
                new RunProgress(out, Terminal.isThere(System.getenv()), System::nanoTime)) {
            outcomes =
                    new Backfill(connections.postgres(), lake, RunLimits.ofMachine(), progress)
                            .run(request);
        }
        if (outcomes.isEmpty()) {
            out.println("nothing is left to be counted: runs have counted all of it");
        } else {
            TextTable.lines(COLUMNS, outcomes.stream().map(PrintedRuns::row).toList())
                    .forEach(out::println);
        }
        out.flush();
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
