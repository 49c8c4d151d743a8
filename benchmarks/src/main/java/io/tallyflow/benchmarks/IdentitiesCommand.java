package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.workload.BenchmarkMeter;
import io.tallyflow.benchmarks.workload.SubjectMix;
import io.tallyflow.benchmarks.workload.WorkloadSettings;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code benchmarks/run identities}: what a past costs that has to be remembered. */
@Command(
        name = "identities",
        description =
                "What it costs to remember so many identities: state, memory, checkpoints, a"
                        + " restart, and the rate after it.")
final class IdentitiesCommand implements Callable<Integer> {

    private static final int ALL_METERS = BenchmarkMeter.values().length;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Identities to remember (default ${DEFAULT-VALUE}).")
    private long count;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "Events that are measured afterwards (default ${DEFAULT-VALUE}).")
    private long events;

    @Option(
            names = "--steady",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description =
                    "How long checkpoints are then measured at 10,000 new events a second (default"
                            + " ${DEFAULT-VALUE}; 0: not at all).")
    private int steadySeconds;

    @Option(
            names = "--filter-bytes",
            paramLabel = "BYTES",
            defaultValue = "0",
            description =
                    "What the filters of identities may fill of the heap of a slot (default: as the"
                            + " product does).")
    private long filterBytes;

    @Mixin private PastOptions past = new PastOptions();

    @Override
    public Integer call() {
        past.require(count > 0 && events > 0, "--count and --events must be above 0");
        past.require(steadySeconds >= 0, "--steady must be 0 or more");
        past.require(filterBytes >= 0, "--filter-bytes must be 0 or more");
        return past.measure(
                new PastRun(
                        ProgramName.IDENTITIES,
                        WorkloadSettings.standard(events, SubjectMix.UNIFORM).after(count),
                        new PastRun.Past("identities", count),
                        past.load(ALL_METERS, Duration.ofSeconds(steadySeconds), filterBytes)));
    }
}
