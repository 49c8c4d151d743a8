package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.measure.BrokerProcess;
import io.tallyflow.benchmarks.measure.RunResult;
import io.tallyflow.benchmarks.measure.Workplace;
import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.workload.Answer;
import io.tallyflow.benchmarks.workload.SubjectMix;
import io.tallyflow.benchmarks.workload.TopicLoader;
import io.tallyflow.benchmarks.workload.Truth;
import io.tallyflow.benchmarks.workload.WorkloadSettings;
import io.tallyflow.cli.embedded.Topics;
import java.io.PrintWriter;
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
        WorkloadSettings workload =
                WorkloadSettings.standard(events, SubjectMix.UNIFORM).after(count);
        try (Workplace workplace = Workplace.open()) {
            return measure(workplace, workload);
        }
    }

    private int measure(Workplace workplace, WorkloadSettings workload) {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        BrokerProcess broker =
                workplace.start(() -> BrokerProcess.start(workplace.directory("kafka")));
        TopicLoader loader = new TopicLoader(broker.bootstrap(), Topics.EVENTS);
        Truth truth = new Truth();
        loader.load(workload, 0, count, truth);
        // The rest is not there yet, and neither is what it comes to.
        LoadedTopic topic =
                new LoadedTopic(Topics.EVENTS, workload.records(), 0, count, Answer.none());
        ProgramRunner runner =
                new ProgramRunner(
                        workplace,
                        broker,
                        new ProgramRunner.Load(
                                parallelism,
                                3,
                                1,
                                Duration.ofSeconds(patienceSeconds),
                                Duration.ofSeconds(steadySeconds)));
        // The program is past the mark and waits for the rest.
        Runnable atLast = () -> loader.load(workload, count, workload.records(), truth);
        RunResult result = runner.run(ProgramName.IDENTITIES, topic, atLast).result();
        String differences = truth.answer().differences(result.answer());
        new RememberedTable(count, events, result, differences).lines().forEach(out::println);
        return differences.isEmpty() ? 0 : 1;
    }
}
