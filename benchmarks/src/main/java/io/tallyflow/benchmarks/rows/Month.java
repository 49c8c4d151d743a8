package io.tallyflow.benchmarks.rows;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A month of a hundred meters. One has three fifths of the rows and twenty thousand cells, of which
 * one has a row in every minute; the others share the rest, five hundred cells each.
 */
final class Month {

    static final int LARGE_LAYER = 1;
    static final int SMALL_LAYER = 7;
    static final int MINUTES_OF_DAY = 24 * 60;
    static final int MINUTES = 30 * MINUTES_OF_DAY;

    private static final long SEED = 7;
    private static final int LAYERS = 100;
    private static final int LARGE_CELLS = 20_000;
    private static final int SMALL_CELLS = 500;
    private static final int LARGE_OF_FIVE = 3;
    private static final int FIVE = 5;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<LayoutCell> large =
            IntStream.range(0, LARGE_CELLS).mapToObj(i -> LayoutCell.of(LARGE_LAYER, i)).toList();
    private final List<List<LayoutCell>> small =
            IntStream.rangeClosed(LARGE_LAYER + 1, LAYERS).mapToObj(Month::cells).toList();
    private final int rowsOfMinute;

    Month(int rows) {
        this.rowsOfMinute = Math.max(2, rows / MINUTES);
    }

    private static List<LayoutCell> cells(int layer) {
        return IntStream.range(0, SMALL_CELLS).mapToObj(i -> LayoutCell.of(layer, i)).toList();
    }

    Stream<LayoutCell> cells() {
        return Stream.concat(large.stream(), small.stream().flatMap(List::stream));
    }

    int rowsOfMinute() {
        return rowsOfMinute;
    }

    /** LayoutRows of so many minutes from one on, in the order of the key. */
    List<LayoutRow> minutes(int first, int count, RowFields fields) {
        List<LayoutRow> rows = new ArrayList<>(count * rowsOfMinute);
        for (int minute = first; minute < first + count; minute++) {
            Set<LayoutCell> drawn = new LinkedHashSet<>();
            drawn.add(large.get(0));
            while (drawn.size() < rowsOfMinute) {
                drawn.add(cell());
            }
            for (LayoutCell cell : drawn) {
                rows.add(LayoutRows.draw(random, cell, minute));
            }
        }
        rows.sort(fields.order());
        return rows;
    }

    private LayoutCell cell() {
        List<LayoutCell> of =
                random.nextInt(FIVE) < LARGE_OF_FIVE
                        ? large
                        : small.get(random.nextInt(small.size()));
        return of.get(random.nextInt(of.size()));
    }

    /** Start of a minute. */
    static OffsetDateTime at(int minute) {
        return Instant.EPOCH
                .plus(LayoutRows.START_MICROS, ChronoUnit.MICROS)
                .plus(minute, ChronoUnit.MINUTES)
                .atOffset(ZoneOffset.UTC);
    }
}
