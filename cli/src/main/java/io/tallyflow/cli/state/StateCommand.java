package io.tallyflow.cli.state;

import io.tallyflow.results.RequestRefusedException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code tallyflow state}. */
@Command(
        name = "state",
        description = "Looks into savepoints.",
        subcommands = {StateInspectCommand.class})
public final class StateCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new RequestRefusedException("which command? See tallyflow state --help");
    }
}
