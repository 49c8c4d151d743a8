package io.tallyflow.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code tallyflow lake}. */
@Command(
        name = "lake",
        description = "Looks after the Iceberg tables.",
        subcommands = {LakeCompactCommand.class})
final class LakeCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new UsageProblem("which command? See tallyflow lake --help");
    }
}
