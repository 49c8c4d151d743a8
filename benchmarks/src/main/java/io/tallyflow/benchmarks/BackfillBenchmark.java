package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.backfill.CountedPast;
import io.tallyflow.benchmarks.measure.FreshPostgres;
import io.tallyflow.benchmarks.measure.Workplace;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import java.util.ArrayList;
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

/** {@code benchmarks/run backfill}: counting a lake for a meter that came later. */
@Command(
        name = "backfill",
        description =
                "How fast events of the lake are counted for a meter that came later, into Postgres,"
                        + " and held against what was written, with no job beside it.")
final class BackfillBenchmark implements Callable<Integer> {

    private static final int MOST_DAYS = 119;
    private static final long MEBIBYTE = 1 << 20;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "10000000",
            description = "Events in the lake (default ${DEFAULT-VALUE}).")
    private long events;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "30",
            description = "Over which they are spread (default ${DEFAULT-VALUE}).")
    private int days;

    @Option(
            names = "--workers",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2",
            description = "Threads, a run with each number (default ${DEFAULT-VALUE}).")
    private List<Integer> workers = List.of();

    @Option(
            names = "--memory",
            paramLabel = "MIB",
            defaultValue = "256",
            description = "What is counted may take (default ${DEFAULT-VALUE}).")
    private long memory;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (events < 1 || days < 1 || days > MOST_DAYS || memory < 1 || workers.isEmpty()) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--events and --memory must be above 0, --days 1 to " + MOST_DAYS);
        }
        List<List<String>> rows = new ArrayList<>();
        try (Workplace workplace = Workplace.open()) {
            FreshPostgres postgres =
                    workplace.start(
                            () ->
                                    FreshPostgres.start(
                                            workplace.directory("postgres"),
                                            workplace.directory("postgres-software")));
            CountedPast past =
                    new CountedPast(postgres.url(), workplace.directory("lake"), events, days);
            for (CountedPast.Counted counted : past.count(workers, memory * MEBIBYTE)) {
                rows.add(row(counted));
            }
        }
        TextTable.lines(
                        List.of(
                                Column.text("meter"),
                                Column.number("workers"),
                                Column.number("events"),
                                Column.number("rows"),
                                Column.number("seconds"),
                                Column.number("events/s"),
                                Column.number("only counted/s"),
                                Column.number("reconciled/s")),
                        rows)
                .forEach(Objects.requireNonNull(spec).commandLine().getOut()::println);
        return 0;
    }

    private static List<String> row(CountedPast.Counted counted) {
        return List.of(
                counted.meter(),
                Integer.toString(counted.workers()),
                String.format(Locale.ROOT, "%,d", counted.events()),
                String.format(Locale.ROOT, "%,d", counted.rows()),
                String.format(Locale.ROOT, "%.1f", counted.seconds()),
                String.format(Locale.ROOT, "%,.0f", counted.events() / counted.seconds()),
                String.format(
                        Locale.ROOT, "%,.0f", counted.events() / counted.onlyCountedSeconds()),
                String.format(
                        Locale.ROOT, "%,.0f", counted.events() / counted.reconciledSeconds()));
    }
}
