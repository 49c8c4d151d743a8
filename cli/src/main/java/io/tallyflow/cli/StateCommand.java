package io.tallyflow.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code tallyflow state}. */
@Command(
        name = "state",
        description = "Looks into savepoints.",
        subcommands = {StateInspectCommand.class})
final class StateCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new UsageProblem("which command? See tallyflow state --help");
    }
}
