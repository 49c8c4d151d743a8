package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.measure.BrokerProcess;
import io.tallyflow.benchmarks.measure.FreshPostgres;
import io.tallyflow.benchmarks.measure.Workplace;
import io.tallyflow.benchmarks.rewind.LargeRewind;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code benchmarks/run rewind}: taking back a few commits of a database that holds years. */
@Command(
        name = "rewind",
        description =
                "How long it takes to rewind a database that holds years: seconds of the"
                        + " transaction, and how many partitions it looks into.")
final class RewindBenchmark implements Callable<Integer> {

    private static final int MOST_MONTHS = 119;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "20000000",
            description = "Usage rows that there are (default ${DEFAULT-VALUE}).")
    private long rows;

    @Option(
            names = "--months",
            paramLabel = "N",
            defaultValue = "24",
            description = "Over which they are spread, a partition each (default 24).")
    private int months;

    @Option(
            names = "--commits",
            paramLabel = "N",
            defaultValue = "50",
            description = "That are taken back, at least (default ${DEFAULT-VALUE}).")
    private int commits;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "1800",
            description = "After which each step has failed (default ${DEFAULT-VALUE}).")
    private long patienceSeconds;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (rows < 1 || months < 1 || months > MOST_MONTHS || commits < 1) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--rows and --commits must be above 0, --months 1 to " + MOST_MONTHS);
        }
        try (Workplace workplace = Workplace.open()) {
            table(measure(workplace))
                    .forEach(Objects.requireNonNull(spec).commandLine().getOut()::println);
        }
        return 0;
    }

    private LargeRewind.Rewound measure(Workplace workplace) throws Exception {
        BrokerProcess broker =
                workplace.start(() -> BrokerProcess.start(workplace.directory("kafka")));
        FreshPostgres postgres =
                workplace.start(
                        () ->
                                FreshPostgres.start(
                                        workplace.directory("postgres"),
                                        workplace.directory("postgres-software")));
        return new LargeRewind(
                        broker.bootstrap(),
                        postgres.url(),
                        workplace.directory("job"),
                        new LargeRewind.Size(
                                rows, months, commits, Duration.ofSeconds(patienceSeconds)),
                        Objects.requireNonNull(spec).commandLine().getErr())
                .measure();
    }

    private static List<String> table(LargeRewind.Rewound rewound) {
        return TextTable.lines(
                List.of(
                        Column.number("rows"),
                        Column.number("partitions"),
                        Column.number("touched"),
                        Column.number("commits"),
                        Column.number("seconds")),
                List.of(
                        List.of(
                                String.format(Locale.ROOT, "%,d", rewound.rows()),
                                Long.toString(rewound.partitions()),
                                Long.toString(rewound.touched()),
                                Long.toString(rewound.commits()),
                                String.format(Locale.ROOT, "%.2f", rewound.seconds()))));
    }
}
