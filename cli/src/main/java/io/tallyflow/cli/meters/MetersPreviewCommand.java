package io.tallyflow.cli.meters;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.run.RunProgress;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.Terminal;
import io.tallyflow.cli.terminal.TimeArgument;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.run.Preview;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import io.tallyflow.results.meters.MeterDefinitions;
import io.tallyflow.schemas.meter.Meter;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow meters preview}. */
@Command(
        name = "preview",
        description = {
            "Shows what the definitions of a file come to, by subject, beside those in force: both over"
                    + " all events that the lake holds.",
            "Nothing is registered, and nothing written."
        })
final class MetersPreviewCommand implements Callable<Integer> {

    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("meter"),
                    Column.text("subject"),
                    Column.number("in the file"),
                    Column.number("in force"),
                    Column.number("difference"));

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final LakeOption lake = new LakeOption();

    @Parameters(paramLabel = "FILE", description = "Meter definitions, YAML.")
    private Path file = Path.of("");

    @Option(
            names = "--meter",
            paramLabel = "SLUG",
            description = "Only this meter of the file; may be repeated.")
    private List<String> slugs = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "T",
            description =
                    "Events from this time on, on a boundary of the meters' windows (default: all"
                            + " that the lake holds).")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "T",
            description = "Events before this time, on such a boundary.")
    private @Nullable String to;

    @Option(
            names = "--subject",
            paramLabel = "S",
            description = "Only this subject; may be repeated.")
    private List<String> subjects = new ArrayList<>();

    @Override
    public Integer call() {
        List<Preview.Request> requests =
                meters().stream()
                        .map(
                                meter ->
                                        new Preview.Request(
                                                meter,
                                                time("--from", from),
                                                time("--to", to),
                                                subjects))
                        .toList();
        Connections connections = connection.find(System.getenv());
        LakeOptions found =
                lake.required(connections, System.getenv(), "there are no events to count");
        PrintWriter out = Console.out(spec);
        List<List<String>> rows = new ArrayList<>();
        try (RunProgress progress =
                new RunProgress(out, Terminal.isThere(System.getenv()), System::nanoTime)) {
            Preview preview =
                    new Preview(connections.postgres(), found, RunLimits.ofMachine(), progress);
            for (Preview.Request request : requests) {
                preview.run(request).rows().forEach(row -> rows.add(cells(request, row)));
            }
        }
        TextTable.lines(COLUMNS, rows).forEach(out::println);
        out.flush();
        return 0;
    }

    private List<Meter> meters() {
        List<Meter> all = MeterDefinitions.read(file, file.toString());
        for (String slug : slugs) {
            if (all.stream().noneMatch(meter -> meter.slug().equals(slug))) {
                throw new RequestRefusedException(file + " has no meter " + slug);
            }
        }
        return slugs.isEmpty()
                ? all
                : all.stream().filter(meter -> slugs.contains(meter.slug())).toList();
    }

    private static @Nullable Instant time(String option, @Nullable String text) {
        return text == null ? null : TimeArgument.exact(option, text);
    }

    private static List<String> cells(Preview.Request request, Preview.Row row) {
        return List.of(
                request.meter().slug(),
                row.subject(),
                text(row.proposed()),
                text(row.inForce()),
                text(row.difference()));
    }

    private static String text(@Nullable BigDecimal value) {
        return value == null ? "" : value.stripTrailingZeros().toPlainString();
    }
}
