package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.workload.WindowTurns;
import io.tallyflow.benchmarks.workload.WorkloadSettings;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

    @Mixin private PastOptions past = new PastOptions();

    @Override
    public Integer call() {
        past.require(
                count > 0 && count <= WindowTurns.MOST, "--count must be 1 to " + WindowTurns.MOST);
        past.require(meters > 0 && meters <= 3, "--meters must be 1 to 3");
        return past.measure(
                new PastRun(
                        ProgramName.WINDOWS,
                        WorkloadSettings.opening(count),
                        new PastRun.Past("windows", count),
                        past.load(meters, Duration.ZERO, 0)));
    }
}
