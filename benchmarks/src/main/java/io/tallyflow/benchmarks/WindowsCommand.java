package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.workload.WindowTurns;
import io.tallyflow.benchmarks.workload.WorkloadSettings;
import io.tallyflow.cli.embedded.Topics;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code benchmarks/run windows}: what very many windows cost that are open at once. */
@Command(
        name = "windows",
        description =
                "What it costs to have so many windows open at once: state, memory, checkpoints, a"
                        + " restart, and the rate at which each gets another event after it.")
final class WindowsCommand implements Callable<Integer> {

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "1000000",
            description =
                    "Windows to open, each a subject and group in a minute (default"
                            + " ${DEFAULT-VALUE}).")
    private long count;

    @Option(
            names = "--meters",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "How many meters count, 1 to 3: the first two have a cell in every window, the"
                            + " third has one for each subject and minute (default"
                            + " ${DEFAULT-VALUE}).")
    private int meters;

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

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        require(count > 0 && count <= WindowTurns.MOST, "--count must be 1 to " + WindowTurns.MOST);
        require(meters > 0 && meters <= 3, "--meters must be 1 to 3");
        require(
                parallelism > 0 && parallelism <= Topics.EVENT_PARTITIONS,
                "--parallelism must be 1 to " + Topics.EVENT_PARTITIONS);
        PastRun run =
                new PastRun(
                        ProgramName.WINDOWS,
                        WorkloadSettings.opening(count),
                        new PastRun.Past("windows", count),
                        new ProgramRunner.Load(
                                parallelism,
                                meters,
                                1,
                                Duration.ofSeconds(patienceSeconds),
                                Duration.ZERO));
        return run.measure(Objects.requireNonNull(spec).commandLine().getOut()) ? 0 : 1;
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
        }
    }
}
