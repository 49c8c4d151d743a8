package io.tallyflow.cli.terminal;

import io.tallyflow.schemas.meter.NearestName;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What somebody probably meant who typed what no command knows. */
public final class Misspelling {

    private Misspelling() {}

    /** The nearest command or option there is; null if none is near, or something else is wrong. */
    public static @Nullable String meant(ParameterException problem) {
        if (!(problem instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return null;
        }
        String typed = unmatched.getUnmatched().get(0);
        return NearestName.of(
                typed.replaceFirst("=.*", ""),
                known(problem.getCommandLine().getCommandSpec(), typed.startsWith("-")));
    }

    private static Collection<String> known(CommandSpec command, boolean options) {
        return options ? command.optionsMap().keySet() : command.subcommands().keySet();
    }
}
