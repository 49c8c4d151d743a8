package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.report.Report;
import io.tallyflow.benchmarks.rows.RowsCommand;
import io.tallyflow.benchmarks.workload.SubjectMix;
import io.tallyflow.local.embedded.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code benchmarks/run}: every program on the same events, in turns, and one table. */
@Command(
        name = "benchmarks/run",
        mixinStandardHelpOptions = true,
        subcommands = {
            LatencyCommand.class,
            IdentitiesCommand.class,
            WindowsCommand.class,
            RowsCommand.class,
            RewindBenchmark.class,
            BackfillBenchmark.class,
            JmhCommand.class
        },
        description = "How many events a second Tallyflow takes, against others that do the same.")
final class ThroughputCommand implements Callable<Integer> {

    private static final long QUICK_EVENTS = 500_000;
    private static final long QUICK_PEER_EVENTS = 300_000;

    private static final List<String> BASELINES =
            Stream.of(
                            ProgramName.LIMIT,
                            ProgramName.STREAMS,
                            ProgramName.SQL,
                            ProgramName.SQL_POSTGRES,
                            ProgramName.DATASTREAM)
                    .map(ProgramName::label)
                    .toList();

    @Option(
            names = "--quick",
            description =
                    "One round of fewer events, within five minutes; says little about speed.")
    private boolean quick;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "5000000",
            description = "Events for Tallyflow and the limit (default ${DEFAULT-VALUE}).")
    private long events;

    @Option(
            names = "--peer-events",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "Events for the slower programs (default ${DEFAULT-VALUE}).")
    private long peerEvents;

    @Option(
            names = "--rounds",
            paramLabel = "R",
            defaultValue = "3",
            description = "How often each program runs, in turns (default ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--programs",
            paramLabel = "NAME",
            split = ",",
            converter = ProgramNames.class,
            description = "Which programs, separated by commas (default all).")
    private List<ProgramName> programs = ProgramName.compared();

    @Option(
            names = "--subjects",
            paramLabel = "MIX",
            defaultValue = "skewed",
            description = "How events spread over them: uniform, skewed (default) or giant.")
    private SubjectMix subjects = SubjectMix.SKEWED;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "2",
            description = "Of every program, 1 to 4 (default ${DEFAULT-VALUE}).")
    private int parallelism;

    @Option(
            names = "--meters",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many of its meters Tallyflow counts, 1 to 3 (default 3).")
    private int meters;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Over how many keys Tallyflow spreads the events of one subject; not of"
                            + " product-all (default ${DEFAULT-VALUE}).")
    private int shards;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "900",
            description = "After which a run has failed (default ${DEFAULT-VALUE}).")
    private long patienceSeconds;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Writes the table there too, as Markdown.")
    private @Nullable Path out;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        check();
        if (quick) {
            events = Math.min(events, QUICK_EVENTS);
            peerEvents = Math.min(peerEvents, QUICK_PEER_EVENTS);
            rounds = 1;
        }
        Report report = new Report(throughput().measure(), BASELINES);
        report.lines().forEach(line().getOut()::println);
        if (out != null) {
            Files.write(out, report.markdown());
        }
        return report.isRight() ? 0 : 1;
    }

    private void check() {
        require(events > 0 && peerEvents > 0, "--events and --peer-events must be above 0");
        require(rounds > 0, "--rounds must be above 0");
        require(
                parallelism > 0 && parallelism <= Topics.EVENT_PARTITIONS,
                "--parallelism must be 1 to " + Topics.EVENT_PARTITIONS);
        require(shards > 0, "--shards must be above 0");
        require(meters > 0 && meters <= 3, "--meters must be 1 to 3");
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(line(), message);
        }
    }

    private CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }

    private Throughput throughput() {
        return new Throughput(
                programs,
                events,
                peerEvents,
                rounds,
                subjects,
                new ProgramRunner.Load(
                        parallelism,
                        meters,
                        shards,
                        Duration.ofSeconds(patienceSeconds),
                        Duration.ZERO,
                        0),
                line().getErr());
    }
}
