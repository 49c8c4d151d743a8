package io.tallyflow.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code tallyflow meters}. */
@Command(
        name = "meters",
        description = "Checks and shows meter definitions.",
        subcommands = {MetersValidateCommand.class, MetersListCommand.class})
final class MetersCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new UsageProblem("which command? See tallyflow meters --help");
    }
}
