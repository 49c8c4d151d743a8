package io.tallyflow.cli.state;

import io.tallyflow.cli.terminal.Console;
import io.tallyflow.operations.state.FlinkFiles;
import io.tallyflow.operations.state.StateReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow state inspect}. */
@Command(
        name = "inspect",
        description =
                "Shows what a savepoint or a retained checkpoint holds: operators, identities by age,"
                        + " and the open windows of each meter.")
final class StateInspectCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "SAVEPOINT",
            description = "Its directory, or a path as tallyflow savepoints lists it.")
    private String path = "";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "TABLE",
            description = "table or json.")
    private StateFormat format = StateFormat.TABLE;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = Console.out(spec);
        FlinkFiles.prepare(System.getenv());
        format.write(StateReport.of(path), out);
        out.flush();
        return 0;
    }
}
