package io.tallyflow.cli.lake;

import io.tallyflow.results.RequestRefusedException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code tallyflow lake}. */
@Command(
        name = "lake",
        description = "Looks after the Iceberg tables.",
        subcommands = {LakeCompactCommand.class})
public final class LakeCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new RequestRefusedException("which command? See tallyflow lake --help");
    }
}
