package io.tallyflow.benchmarks.rows;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Draws rows; equal seeds give equal ones. */
final class LayoutRows {

    /** The month in which everything happens. */
    static final long START_MICROS =
            TimeUnit.SECONDS.toMicros(Instant.parse("2026-09-01T00:00:00Z").getEpochSecond());

    static final long MINUTE_MICROS = TimeUnit.MINUTES.toMicros(1);

    private static final long SEED = 13;
    private static final int LAYERS = 3;
    private static final int MOST_READINGS = 9;
    private static final int MOST_VALUE = 5_000;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<LayoutCell> cells = new ArrayList<>();

    /** Over so many cells of three meters. */
    LayoutRows(int count) {
        for (int i = 0; i < count; i++) {
            cells.add(LayoutCell.of(1 + i % LAYERS, i / LAYERS));
        }
    }

    /** New values of every cell, for so many minutes from one on, in the order of the key. */
    List<LayoutRow> minutes(int first, int count, RowFields fields) {
        List<LayoutRow> rows = new ArrayList<>(count * cells.size());
        for (int minute = first; minute < first + count; minute++) {
            for (LayoutCell cell : cells) {
                rows.add(draw(random, cell, minute));
            }
        }
        rows.sort(fields.order());
        return rows;
    }

    static LayoutRow draw(SplittableRandom random, LayoutCell cell, int minute) {
        return new LayoutRow(
                cell,
                START_MICROS + minute * MINUTE_MICROS,
                1 + random.nextInt(MOST_READINGS),
                1 + random.nextInt(MOST_VALUE),
                false);
    }
}
