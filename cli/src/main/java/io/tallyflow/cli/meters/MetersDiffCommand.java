package io.tallyflow.cli.meters;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import io.tallyflow.results.meters.DefinedMeter;
import io.tallyflow.results.meters.MeterDefinitions;
import io.tallyflow.results.meters.MeterDifference;
import io.tallyflow.results.meters.MeterDifference.Field;
import io.tallyflow.schemas.meter.Meter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow meters diff}. */
@Command(
        name = "diff",
        description = "Shows how a file of definitions differs from the meters that are counted.")
final class MetersDiffCommand implements Callable<Integer> {

    private static final int DIFFERS = 1;

    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("meter"),
                    Column.text("state"),
                    Column.text("field"),
                    Column.text("now"),
                    Column.text("in the file"));

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    @Parameters(paramLabel = "FILE", description = "Meter definitions, YAML.")
    private Path file = Path.of("");

    @Option(names = "--exit-code", description = "Exit with 1 if anything differs.")
    private boolean exitCode;

    @Override
    public Integer call() {
        List<Meter> wanted = MeterDefinitions.read(file, file.toString());
        List<MeterDifference> differences =
                MeterDifference.between(
                        DefinedMeter.all(connection.find(System.getenv()).postgres()), wanted);
        PrintWriter out = Console.out(spec);
        TextTable.lines(
                        COLUMNS,
                        differences.stream()
                                .flatMap(difference -> rows(difference).stream())
                                .toList())
                .forEach(out::println);
        out.flush();
        return exitCode && differences.stream().anyMatch(MeterDifference::isAny) ? DIFFERS : 0;
    }

    /** A line for each field that differs, or one for none. */
    private static List<List<String>> rows(MeterDifference difference) {
        String state = difference.kind().name().toLowerCase(Locale.ROOT);
        if (difference.fields().isEmpty()) {
            return List.of(List.of(difference.slug(), state, "", "", ""));
        }
        List<List<String>> rows = new ArrayList<>();
        for (Field field : difference.fields()) {
            rows.add(
                    List.of(
                            difference.slug(),
                            state,
                            field.name(),
                            Objects.toString(field.known(), ""),
                            Objects.toString(field.wanted(), "")));
        }
        return rows;
    }
}
