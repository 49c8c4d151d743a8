package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.workload.SubjectMix;
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

/** {@code benchmarks/run identities}: what a past costs that has to be remembered. */
@Command(
        name = "identities",
        description =
                "What it costs to remember so many identities: state, memory, checkpoints, a"
                        + " restart, and the rate after it.")
final class IdentitiesCommand implements Callable<Integer> {

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
        if (count < 1
                || events < 1
                || steadySeconds < 0
                || parallelism < 1
                || parallelism > Topics.EVENT_PARTITIONS) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--count and --events must be above 0, --steady 0 or more, --parallelism 1 to "
                            + Topics.EVENT_PARTITIONS);
        }
        PastRun run =
                new PastRun(
                        ProgramName.IDENTITIES,
                        WorkloadSettings.standard(events, SubjectMix.UNIFORM).after(count),
                        new PastRun.Past("identities", count),
                        new ProgramRunner.Load(
                                parallelism,
                                3,
                                1,
                                Duration.ofSeconds(patienceSeconds),
                                Duration.ofSeconds(steadySeconds)));
        return run.measure(Objects.requireNonNull(spec).commandLine().getOut()) ? 0 : 1;
    }
}
