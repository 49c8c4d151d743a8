package io.tallyflow.benchmarks.rows;

import io.tallyflow.benchmarks.report.Medians;
import io.tallyflow.benchmarks.rows.Writes.Candidate;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What each candidate cost, each time, and a table of the medians. */
final class WriteCosts {

    private static final double NANOS_PER_MICRO = 1e3;

    private final Map<Candidate, List<Cost>> costs = new LinkedHashMap<>();
    private final Map<Candidate, long[]> bytes = new LinkedHashMap<>();

    /** Adds one commit, as the cost of a row. */
    void add(Candidate candidate, Cost cost) {
        costs.computeIfAbsent(candidate, any -> new ArrayList<>()).add(cost);
    }

    /** Bytes of a row in the table and in its indexes. */
    void bytes(Candidate candidate, long table, long indexes) {
        bytes.put(candidate, new long[] {table, indexes});
    }

    List<String> lines() {
        List<Column> columns =
                List.of(
                        Column.text("layout"),
                        Column.text("way"),
                        Column.number("commits"),
                        Column.number("backend µs"),
                        Column.number("least"),
                        Column.number("other servers µs"),
                        Column.number("client µs"),
                        Column.number("wall µs"),
                        Column.number("WAL bytes"),
                        Column.number("table bytes"),
                        Column.number("index bytes"));
        return TextTable.lines(columns, costs.keySet().stream().map(this::row).toList());
    }

    private List<String> row(Candidate candidate) {
        List<Cost> all = costs.getOrDefault(candidate, List.of());
        long[] size = bytes.getOrDefault(candidate, new long[2]);
        double least = all.stream().mapToDouble(Cost::backendNanos).min().orElse(Double.NaN);
        return List.of(
                candidate.layout().label(),
                candidate.way().label(),
                Integer.toString(all.size()),
                micros(median(all, Cost::backendNanos)),
                micros(least),
                micros(median(all, Cost::othersNanos)),
                micros(median(all, Cost::clientNanos)),
                micros(median(all, Cost::wallNanos)),
                String.format(Locale.ROOT, "%.0f", median(all, Cost::walBytes)),
                Long.toString(size[0]),
                Long.toString(size[1]));
    }

    private static double median(List<Cost> costs, ToDoubleFunction<Cost> of) {
        return Medians.median(costs.stream().map(of::applyAsDouble).toList());
    }

    private static String micros(double nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / NANOS_PER_MICRO);
    }
}
