package io.tallyflow.cli.meters;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.connectors.postgres.schema.MeterChange;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import io.tallyflow.results.meters.MeterOrders;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Where orders of meters go, and what is shown of them. */
final class OrderedChanges {

    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("meter"),
                    Column.text("change"),
                    Column.number("version"),
                    Column.number("commit"),
                    Column.text("counts from"),
                    Column.text("to"));

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    @Option(
            names = "--timeout",
            paramLabel = "S",
            description =
                    "How many seconds to wait for a commit that counts by it (default"
                            + " ${DEFAULT-VALUE}).",
            defaultValue = "60")
    private int timeout;

    MeterOrders orders() {
        if (timeout < 0) {
            throw new RequestRefusedException("--timeout must be 0 or more");
        }
        return new MeterOrders(connections().postgres());
    }

    Connections connections() {
        return connection.find(System.getenv());
    }

    /** Shows them without waiting. */
    static void show(@Nullable CommandSpec spec, List<MeterChange> changes) {
        print(Console.out(spec), changes, "");
    }

    /**
     * Shows them once a commit counts by them.
     *
     * @throws RequestFailedException if there is none in time
     */
    void showCommitted(@Nullable CommandSpec spec, MeterOrders orders, List<MeterChange> changes) {
        long newest = changes.stream().mapToLong(MeterChange::request).max().orElse(0);
        PrintWriter out = Console.out(spec);
        Long commit = orders.awaitCommit(newest, Duration.ofSeconds(timeout)).orElse(null);
        print(out, changes, Objects.toString(commit, ""));
        if (commit == null) {
            throw new RequestFailedException(
                    "it is asked for, but no commit has counted by it within "
                            + timeout
                            + " s; the job that runs takes it up, or the next one that starts");
        }
    }

    private static void print(PrintWriter out, List<MeterChange> changes, String commit) {
        TextTable.lines(COLUMNS, changes.stream().map(change -> row(change, commit)).toList())
                .forEach(out::println);
        out.flush();
    }

    private static List<String> row(MeterChange change, String commit) {
        String at = Objects.toString(change.at(), "");
        boolean ends = change.kind() == MeterChange.Kind.RETIRED;
        return List.of(
                change.slug(),
                change.kind().name().toLowerCase(Locale.ROOT),
                Integer.toString(change.version()),
                commit,
                ends ? "" : at,
                ends ? at : "");
    }
}
