package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.measure.UpProcess;
import io.tallyflow.benchmarks.measure.Workplace;
import io.tallyflow.benchmarks.workload.BenchmarkMeter;
import io.tallyflow.benchmarks.workload.PacedLoad;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code benchmarks/run latency}: from sending an event until {@code tallyflow.query} shows it. */
@Command(
        name = "latency",
        description =
                "How long it takes until an event is visible through tallyflow.query, at a steady"
                        + " rate, with up as its launcher starts it.")
final class LatencyCommand implements Callable<Integer> {

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Events a second (default ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = "How long is measured (default ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "20",
            description = "Seconds before that (default ${DEFAULT-VALUE}).")
    private int warmUp;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (rate < PacedLoad.WATCHED_EVERY || seconds < 1 || warmUp < 0) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--rate must be 100 or more, --seconds 1 or more, --warm-up 0 or more");
        }
        try (Workplace workplace = Workplace.open()) {
            Path meters = workplace.directory("up").resolve("meters.yaml");
            Files.writeString(meters, BenchmarkMeter.definitions(BenchmarkMeter.values().length));
            UpProcess up =
                    workplace.start(() -> UpProcess.start(workplace.directory("up"), meters));
            up.awaitReady();
            measure(up).forEach(Objects.requireNonNull(spec).commandLine().getOut()::println);
        }
        return 0;
    }

    private List<String> measure(UpProcess up) throws SQLException, IOException {
        int perSecond = rate / PacedLoad.WATCHED_EVERY;
        PacedLoad load =
                new PacedLoad(up.kafka(), Topics.EVENTS, rate, perSecond * (warmUp + seconds));
        long start = System.nanoTime();
        long cpuBefore = up.cpuNanos();
        CompletableFuture<Void> sending = CompletableFuture.runAsync(load::send);
        VisibleCount visible = new VisibleCount(load.sentNanos().length);
        visible.watch(up.postgresUrl(), sending);
        double cores = (double) (up.cpuNanos() - cpuBefore) / (System.nanoTime() - start);
        sending.join();
        Latencies latencies =
                Latencies.of(load.sentNanos(), visible.seenNanos(), perSecond * warmUp);
        return table(latencies, cores);
    }

    private List<String> table(Latencies latencies, double cores) {
        return TextTable.lines(
                List.of(
                        Column.number("events/s"),
                        Column.number("seconds"),
                        Column.number("watched"),
                        Column.number("p50 ms"),
                        Column.number("p99 ms"),
                        Column.number("max ms"),
                        Column.number("cores of up")),
                List.of(
                        List.of(
                                Integer.toString(rate),
                                Integer.toString(seconds),
                                Integer.toString(latencies.count()),
                                millis(latencies, 0.5),
                                millis(latencies, 0.99),
                                millis(latencies, 1),
                                String.format(Locale.ROOT, "%.2f", cores))));
    }

    private static String millis(Latencies latencies, double share) {
        return Long.toString(TimeUnit.NANOSECONDS.toMillis(latencies.quantileNanos(share)));
    }
}
