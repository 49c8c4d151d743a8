package io.tallyflow.local.truth;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds what Postgres shows, and what the lake holds if it is asked, against the truth of the
 * offsets that Postgres shows beside it.
 */
public final class Comparison {

    private static final int SHOWN = 10;
    private static final String NOT_THERE = "";

    private final Truth truth;
    private final PostgresResults postgres;
    private final @Nullable LakeResults lake;
    private final Map<TruthCell, BigDecimal> inLake;
    private final List<Line> lines = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();

    /** One row of the table; what a place has no column for is empty. */
    private record Line(String what, String truth, String postgres, String lake, boolean equal) {}

    private Comparison(Truth truth, PostgresResults postgres, @Nullable LakeResults lake) {
        this.truth = truth;
        this.postgres = postgres;
        this.lake = lake;
        this.inLake = lake == null ? Map.of() : lake.values();
    }

    /** Compares with Postgres alone; the truth must stand where the reader's offsets stand. */
    public static Comparison of(Truth truth, PostgresResults postgres) {
        return of(truth, postgres, null);
    }

    /**
     * Compares lanes, reasons, every total and every cell.
     *
     * @param truth must stand where the readers' offsets stand
     * @param lake null if there is none
     */
    public static Comparison of(Truth truth, PostgresResults postgres, @Nullable LakeResults lake) {
        Comparison comparison = new Comparison(truth, postgres, lake);
        comparison.lanes();
        comparison.reasons();
        Map<String, BigDecimal> totals = truth.totals();
        Map<String, Set<TruthCell>> cells = comparison.cells();
        for (DemoMeter meter : truth.meters()) {
            comparison.total(meter, totals.get(meter.slug()));
            comparison.cells(meter.slug(), cells.getOrDefault(meter.slug(), Set.of()));
            cells.remove(meter.slug());
        }
        // A meter that nobody defined.
        cells.forEach(comparison::cells);
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
        Line heading = new Line("", "truth", "Postgres", lake == null ? "" : "Iceberg", true);
        String row =
                "%%-%ds  %%%ds  %%%ds"
                        .formatted(
                                width(heading, Line::what),
                                width(heading, Line::truth),
                                width(heading, Line::postgres));
        if (lake != null) {
            row += "  %" + width(heading, Line::lake) + "s";
        }
        print(out, row, heading, "");
        for (Line line : lines) {
            print(out, row, line, line.equal() ? "equal" : "DIFFERS");
        }
        differences.forEach(out::println);
        out.flush();
    }

    private int width(Line heading, Function<Line, String> column) {
        return Stream.concat(Stream.of(heading), lines.stream())
                .mapToInt(line -> column.apply(line).length())
                .max()
                .orElseThrow();
    }

    private static void print(PrintWriter out, String row, Line line, String verdict) {
        String cells = String.format(row, line.what, line.truth, line.postgres, line.lake);
        out.println((cells + "  " + verdict).stripTrailing());
    }

    private void lanes() {
        for (Count count : Count.all()) {
            // Of adjustments there is no truth.
            if (count != Count.ADJUSTED) {
                lane(count.column(), counts -> counts.of(count), inLake(count));
            }
            if (count == Count.UNMATCHED) {
                lane("  accepted", Comparison::accepted, lake == null ? null : lake.accepted());
            }
        }
    }

    private @Nullable Long inLake(Count count) {
        return lake != null && count == Count.STALE ? lake.stale() : null;
    }

    private static long accepted(LaneCounts counts) {
        return counts.of(Count.METERED) + counts.of(Count.UNMATCHED);
    }

    private void lane(String what, Function<LaneCounts, Long> count, @Nullable Long found) {
        long should = count.apply(truth.counts());
        long is = count.apply(postgres.counts());
        lines.add(
                new Line(
                        what,
                        Long.toString(should),
                        Long.toString(is),
                        found == null ? NOT_THERE : found.toString(),
                        should == is && (found == null || found == should)));
    }

    private void reasons() {
        Set<String> all = new TreeSet<>(truth.reasons().keySet());
        all.addAll(postgres.reasons().keySet());
        int equal = 0;
        for (String reason : all) {
            long should = truth.reasons().getOrDefault(reason, 0L);
            long is = postgres.reasons().getOrDefault(reason, 0L);
            if (should == is) {
                equal++;
            } else {
                differs(reason, Long.toString(should), "Postgres", Long.toString(is));
            }
        }
        lines.add(
                new Line(
                        "  reasons",
                        Integer.toString(all.size()),
                        Integer.toString(equal),
                        NOT_THERE,
                        equal == all.size()));
    }

    private void total(DemoMeter meter, @Nullable BigDecimal should) {
        BigDecimal is = postgres.totals().get(meter.slug());
        BigDecimal found = lake == null ? null : lakeTotal(meter);
        boolean zero = isZero(should) && isZero(is);
        lines.add(
                new Line(
                        meter.slug(),
                        Total.shown(should),
                        Total.shown(is),
                        found == null ? NOT_THERE : Total.shown(found),
                        (zero || Total.same(should, is))
                                && (found == null || Total.same(should, found))));
    }

    /** COUNT of nothing is 0 for one and nothing for the other. */
    private static boolean isZero(@Nullable BigDecimal value) {
        return value == null || value.signum() == 0;
    }

    /** What can be told from the values of windows and groups alone. */
    private @Nullable BigDecimal lakeTotal(DemoMeter meter) {
        return inLake.entrySet().stream()
                .filter(entry -> entry.getKey().meter().equals(meter.slug()))
                .map(Map.Entry::getValue)
                .reduce((left, right) -> together(meter.aggregation(), left, right))
                .filter(total -> isToldByValues(meter.aggregation()))
                .orElse(null);
    }

    private static boolean isToldByValues(Aggregation aggregation) {
        return switch (aggregation) {
            case SUM, COUNT, MIN, MAX -> true;
            case AVG, UNIQUE_COUNT, LATEST -> false;
        };
    }

    private static BigDecimal together(Aggregation aggregation, BigDecimal left, BigDecimal right) {
        return switch (aggregation) {
            case MIN -> left.min(right);
            case MAX -> left.max(right);
            default -> left.add(right);
        };
    }

    private Map<String, Set<TruthCell>> cells() {
        Map<String, Set<TruthCell>> cells = new TreeMap<>();
        for (Set<TruthCell> some :
                List.of(truth.cells(), postgres.usage().keySet(), inLake.keySet())) {
            some.forEach(
                    cell -> cells.computeIfAbsent(cell.meter(), m -> new HashSet<>()).add(cell));
        }
        return cells;
    }

    private void cells(String meter, Set<TruthCell> cells) {
        long equalInPostgres = 0;
        long equalInLake = 0;
        for (TruthCell cell : cells) {
            Total should = truth.total(cell);
            Total is = postgres.usage().getOrDefault(cell, Total.NONE);
            if (should.sameAs(is)) {
                equalInPostgres++;
            } else {
                differs(cell.toString(), should.toString(), "Postgres", is.toString());
            }
            BigDecimal found = inLake.get(cell);
            if (Total.same(should.value(), found)) {
                equalInLake++;
            } else if (lake != null) {
                differs(
                        cell.toString(),
                        Total.shown(should.value()),
                        "Iceberg",
                        Total.shown(found));
            }
        }
        lines.add(
                ofEqual(
                        "  windows, groups",
                        cells.size(),
                        equalInPostgres,
                        lake == null ? cells.size() : equalInLake));
    }

    private static Line ofEqual(String what, long all, long postgres, long lake) {
        return new Line(
                what,
                Long.toString(all),
                Long.toString(postgres),
                Long.toString(lake),
                postgres == all && lake == all);
    }

    private void differs(String what, String should, String place, String is) {
        if (differences.size() < SHOWN) {
            differences.add(what + ": truth " + should + ", " + place + " " + is);
        }
    }
}
