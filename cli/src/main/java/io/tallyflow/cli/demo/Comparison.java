package io.tallyflow.cli.demo;

import io.tallyflow.schemas.progress.LaneCounts;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds what Postgres shows against the truth of the offsets that it shows beside it. */
public final class Comparison {

    private static final int SHOWN = 10;

    private final List<Line> lines = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();

    /** One row of the table. */
    private record Line(String what, String truth, String postgres, boolean equal) {}

    private Comparison() {}

    /** Compares lanes and every cell; the truth must stand where the reader's offsets stand. */
    public static Comparison of(Truth truth, SeenInPostgres seen) {
        Comparison comparison = new Comparison();
        comparison.lanes(truth.counts(), seen.counts());
        comparison.meter(DemoMeters.TOKENS, truth.totals(), seen.totals());
        comparison.meter(DemoMeters.REQUESTS, truth.totals(), seen.totals());
        return comparison;
    }

    /** Whether everything is equal. */
    public boolean isEqual() {
        return lines.stream().allMatch(Line::equal);
    }

    /** The first differences; empty if there are none. */
    public List<String> differences() {
        return List.copyOf(differences);
    }

    /** Prints the table. */
    public void print(PrintWriter out) {
        out.printf("%-34s %32s %32s%n", "", "truth", "Postgres");
        for (Line line : lines) {
            out.printf(
                    "%-34s %32s %32s  %s%n",
                    line.what(), line.truth(), line.postgres(), line.equal() ? "equal" : "DIFFERS");
        }
        differences.forEach(out::println);
        out.flush();
    }

    private void lanes(LaneCounts truth, LaneCounts seen) {
        line("consumed", truth.consumed(), seen.consumed());
        line("metered", truth.metered(), seen.metered());
        line("unmatched", truth.unmatched(), seen.unmatched());
        line("duplicate", truth.duplicate(), seen.duplicate());
        line("conflict", truth.conflict(), seen.conflict());
        line("stale", truth.stale(), seen.stale());
        line("rejected", truth.rejected(), seen.rejected());
        line("readings", truth.readings(), seen.readings());
        line("ignored", truth.ignored(), seen.ignored());
    }

    private void meter(String meter, Map<Cell, Total> truth, Map<Cell, Total> seen) {
        Set<Cell> cells = new HashSet<>(truth.keySet());
        cells.addAll(seen.keySet());
        cells.removeIf(cell -> !cell.meter().equals(meter));
        BigDecimal expected = BigDecimal.ZERO;
        BigDecimal found = BigDecimal.ZERO;
        long equal = 0;
        for (Cell cell : cells) {
            Total should = truth.getOrDefault(cell, Total.NONE);
            Total is = seen.getOrDefault(cell, Total.NONE);
            expected = expected.add(should.value());
            found = found.add(is.value());
            if (should.sameAs(is)) {
                equal++;
            } else if (differences.size() < SHOWN) {
                differences.add(cell + ": truth " + should + ", Postgres " + is);
            }
        }
        lines.add(
                new Line(
                        meter,
                        expected.stripTrailingZeros().toPlainString(),
                        found.stripTrailingZeros().toPlainString(),
                        expected.compareTo(found) == 0));
        line(meter + ", windows and groups", cells.size(), equal);
    }

    private void line(String what, long truth, long seen) {
        lines.add(new Line(what, Long.toString(truth), Long.toString(seen), truth == seen));
    }
}
