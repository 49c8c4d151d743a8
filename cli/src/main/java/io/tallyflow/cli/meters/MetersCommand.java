package io.tallyflow.cli.meters;

import io.tallyflow.results.RequestRefusedException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code tallyflow meters}. */
@Command(
        name = "meters",
        description = "Checks, shows and changes what is counted.",
        subcommands = {
            MetersValidateCommand.class,
            MetersListCommand.class,
            MetersDiffCommand.class,
            MetersPreviewCommand.class,
            MetersHistoryCommand.class,
            MetersApplyCommand.class,
            MetersRetireCommand.class,
            MetersWithdrawCommand.class
        })
public final class MetersCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new RequestRefusedException("which command? See tallyflow meters --help");
    }
}
