package io.tallyflow.benchmarks;

import io.tallyflow.local.embedded.Topics;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands have in common that run Tallyflow with a past. */
final class PastOptions {

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "2",
            description = "1 to 4 (default ${DEFAULT-VALUE}).")
    private int parallelism;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "1800",
            description = "After which each half has failed (default ${DEFAULT-VALUE}).")
    private long patienceSeconds;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /**
     * How the program is run.
     *
     * @throws ParameterException if an option is not possible
     */
    ProgramRunner.Load load(int meters, Duration steady, long filterBytes) {
        require(
                parallelism > 0 && parallelism <= Topics.EVENT_PARTITIONS,
                "--parallelism must be 1 to " + Topics.EVENT_PARTITIONS);
        return new ProgramRunner.Load(
                parallelism, meters, 1, Duration.ofSeconds(patienceSeconds), steady, filterBytes);
    }

    /** The exit code of the command. */
    int measure(PastRun run) {
        return run.measure(command().commandLine().getOut()) ? 0 : 1;
    }

    /**
     * Refuses what the command cannot do.
     *
     * @throws ParameterException with the message, unless it holds
     */
    void require(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(command().commandLine(), message);
        }
    }

    private CommandSpec command() {
        return Objects.requireNonNull(command);
    }
}
