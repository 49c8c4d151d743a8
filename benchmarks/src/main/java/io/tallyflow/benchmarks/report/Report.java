package io.tallyflow.benchmarks.report;

import io.tallyflow.results.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All runs in one table: medians per program, and how many times as fast each is as some of them. A
 * ratio is the median of the rounds' ratios, so that a machine that slows down meanwhile slows both
 * sides.
 */
public final class Report {

    private static final double MEBI = 1 << 20;
    private static final String RIGHT = "✓";

    private final List<Measurement> measurements;
    private final List<String> baselines;

    /**
     * Of all runs.
     *
     * @param baselines programs that others are compared with, as far as they were run
     */
    public Report(List<Measurement> measurements, List<String> baselines) {
        this.measurements = List.copyOf(measurements);
        Set<String> run = programs(measurements);
        this.baselines = baselines.stream().filter(run::contains).toList();
    }

    private static Set<String> programs(List<Measurement> measurements) {
        return measurements.stream()
                .map(Measurement::program)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Whether every answer was the truth. */
    public boolean isRight() {
        return measurements.stream().allMatch(run -> run.differences().isEmpty());
    }

    /** For a terminal. */
    public List<String> lines() {
        List<TextTable.Column> columns = new ArrayList<>();
        columns.add(TextTable.Column.text("program"));
        header().stream().skip(1).map(TextTable.Column::number).forEach(columns::add);
        columns.set(columns.size() - 1, TextTable.Column.text("answer"));
        return TextTable.lines(columns, rows());
    }

    /** As a table in Markdown. */
    public List<String> markdown() {
        List<String> lines = new ArrayList<>();
        lines.add(row(header()));
        lines.add("|---|" + "---:|".repeat(header().size() - 2) + "---|");
        rows().forEach(row -> lines.add(row(row)));
        return lines;
    }

    private static String row(List<String> cells) {
        return cells.stream()
                .map(cell -> cell.replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }

    private List<String> header() {
        Stream<String> measured =
                Stream.of(
                        "program",
                        "events",
                        "rounds",
                        "events/s",
                        "2nd half",
                        "CPU µs/event",
                        "servers' µs",
                        "peak MiB",
                        "state MiB");
        Stream<String> ratios = baselines.stream().map(name -> "× " + name);
        return Stream.of(measured, ratios, Stream.of("answer")).flatMap(part -> part).toList();
    }

    private List<List<String>> rows() {
        return programs(measurements).stream().map(this::row).toList();
    }

    private List<String> row(String program) {
        List<Measurement> runs = of(program);
        List<String> row = new ArrayList<>();
        row.add(program);
        row.add(number("%,.0f", runs.get(0).records()));
        row.add(Integer.toString(runs.size()));
        row.add(number("%,.0f", median(runs, Measurement::recordsPerSecond)));
        row.add(number("%,.0f", median(runs, Measurement::markedRecordsPerSecond)));
        row.add(number("%.2f", median(runs, Measurement::cpuMicros)));
        row.add(number("%.2f", median(runs, Measurement::serversCpuMicros)));
        row.add(number("%,.0f", median(runs, run -> run.result().peakBytes() / MEBI)));
        row.add(number("%,.0f", median(runs, run -> run.result().stateBytes() / MEBI)));
        baselines.forEach(baseline -> row.add(number("%.2f", ratio(program, baseline))));
        row.add(answer(runs));
        return row;
    }

    private List<Measurement> of(String program) {
        return measurements.stream().filter(run -> run.program().equals(program)).toList();
    }

    /** How many times as many records a second one program takes as another. */
    double ratio(String program, String baseline) {
        return Medians.median(
                of(program).stream().map(run -> ratioInRound(run, baseline)).toList());
    }

    private double ratioInRound(Measurement run, String baseline) {
        return of(baseline).stream()
                .filter(other -> other.round() == run.round())
                .mapToDouble(other -> run.recordsPerSecond() / other.recordsPerSecond())
                .findFirst()
                .orElse(Double.NaN);
    }

    private static double median(List<Measurement> runs, ToDoubleFunction<Measurement> value) {
        return Medians.median(runs.stream().map(value::applyAsDouble).toList());
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    private static String answer(List<Measurement> runs) {
        return runs.stream()
                .map(Measurement::differences)
                .filter(differences -> !differences.isEmpty())
                .findFirst()
                .orElse(RIGHT);
    }
}
