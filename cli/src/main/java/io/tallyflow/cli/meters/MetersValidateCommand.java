package io.tallyflow.cli.meters;

import io.tallyflow.cli.terminal.Console;
import io.tallyflow.results.meters.MeterDefinitions;
import io.tallyflow.schemas.meter.Meter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow meters validate}. */
@Command(
        name = "validate",
        description = "Says whether a file of meter definitions is valid, or all that is wrong.")
final class MetersValidateCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "Meter definitions, YAML.")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        List<Meter> meters = MeterDefinitions.read(file, file.toString());
        PrintWriter out = Console.out(spec);
        out.printf(
                "%s: %d %s valid%n",
                file, meters.size(), meters.size() == 1 ? "meter is" : "meters are");
        out.flush();
        return 0;
    }
}
