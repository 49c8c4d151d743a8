package io.tallyflow.cli.rehearsal;

import io.tallyflow.cli.terminal.Console;
import io.tallyflow.local.truth.DemoMeters;
import io.tallyflow.results.RequestFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow rehearsal meters}. */
@Command(name = "meters", description = "Writes the meters that the job must run with.")
final class RehearsalMetersCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Where to put them; made if it is not there.")
    private Path directory = Path.of("");

    @Override
    public Integer call() {
        try {
            Path file = DemoMeters.writeTo(directory.toAbsolutePath().normalize());
            Console.say(Console.out(spec), "meters", file.toString());
            return 0;
        } catch (IOException e) {
            throw new RequestFailedException(directory + " cannot be written: " + e, e);
        }
    }
}
