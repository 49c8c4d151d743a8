package io.tallyflow.cli.rehearsal;

import io.tallyflow.results.RequestRefusedException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code tallyflow rehearsal}. */
@Command(
        name = "rehearsal",
        description =
                "Usage whose truth is known, for a job that runs elsewhere: send it, break what"
                        + " production may break, and check that the results equal the truth.",
        subcommands = {
            RehearsalMetersCommand.class,
            RehearsalSendCommand.class,
            RehearsalCheckCommand.class
        })
public final class RehearsalCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new RequestRefusedException("which command? See tallyflow rehearsal --help");
    }
}
