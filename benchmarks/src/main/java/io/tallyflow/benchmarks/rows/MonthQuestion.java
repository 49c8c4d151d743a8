package io.tallyflow.benchmarks.rows;

import java.util.List;
import java.util.Locale;

/**
 * What is asked of a month, in three ways: of rows that say their meter, by the meter's cells, and
 * by the layer in the row. Each takes the meter or layer, the range, and the subject if it is of
 * one.
 */
enum MonthQuestion {
    /** Every minute of a month, of one subject. */
    MONTH_OF_SUBJECT(Text.ONE_FULL, Text.ONE_CELLS, Text.ONE_LAYER),
    /** Of a day. */
    DAY_OF_SUBJECT(Text.ONE_FULL, Text.ONE_CELLS, Text.ONE_LAYER),
    /** A day of all subjects of the meter that has most rows. */
    DAY_OF_ALL(Text.ALL_FULL, Text.ALL_CELLS, Text.ALL_LAYER),
    /** An hour of them. */
    HOUR_OF_ALL(Text.ALL_FULL, Text.ALL_CELLS, Text.ALL_LAYER),
    /** A month of all subjects of a meter that has few rows. */
    MONTH_OF_SMALL_METER(Text.ALL_FULL, Text.ALL_CELLS, Text.ALL_LAYER),
    /** A day of them. */
    DAY_OF_SMALL_METER(Text.ALL_FULL, Text.ALL_CELLS, Text.ALL_LAYER),
    /** Between which times the meter with most rows has any, for a range without bounds. */
    EXTENT(
            """
            select min(window_start), max(window_start) from rows.usage_row
            where meter = ? and window_start >= ? and window_start < ?
            """,
            """
            select min(of_cell.first), max(of_cell.last)
            from rows.cell c cross join lateral (
                select min(window_start) as first, max(window_start) as last
                from rows.usage_row u where u.cell = c.cell) of_cell
            where c.layer = ? and of_cell.first >= ? and of_cell.last < ?
            """,
            """
            select min(window_start), max(window_start) from rows.usage_row
            where layer = ? and window_start >= ? and window_start < ?
            """);

    private final String full;
    private final String cells;
    private final String layer;

    MonthQuestion(String full, String cells, String layer) {
        this.full = full;
        this.cells = cells;
        this.layer = layer;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    String statement(Layout layout) {
        if (layout.isFull()) {
            return full;
        }
        return layout.hasLayer() ? layer : cells;
    }

    /** Values of its parameters. */
    List<Object> values(Layout layout) {
        int layerAsked =
                this == MONTH_OF_SMALL_METER || this == DAY_OF_SMALL_METER
                        ? Month.SMALL_LAYER
                        : Month.LARGE_LAYER;
        Object meter = layout.isFull() ? LayoutCell.meter(layerAsked) : (Object) layerAsked;
        int minutes =
                switch (this) {
                    case MONTH_OF_SUBJECT, MONTH_OF_SMALL_METER, EXTENT -> Month.MINUTES;
                    case DAY_OF_ALL, DAY_OF_SUBJECT, DAY_OF_SMALL_METER -> Month.MINUTES_OF_DAY;
                    case HOUR_OF_ALL -> Month.MINUTES_OF_DAY / 24;
                };
        int from = minutes == Month.MINUTES ? 0 : Month.MINUTES / 2;
        return this == MONTH_OF_SUBJECT || this == DAY_OF_SUBJECT
                ? List.of(meter, Month.at(from), Month.at(from + minutes), LayoutCell.subject(0))
                : List.of(meter, Month.at(from), Month.at(from + minutes));
    }

    private static final class Text {

        private static final String ONE_FULL =
                """
                select window_start, sum(sum), sum(readings) from rows.usage_row
                where meter = ? and window_start >= ? and window_start < ? and subject = ?
                group by window_start
                """;

        private static final String ONE_CELLS =
                """
                select u.window_start, sum(u.sum), sum(u.readings)
                from rows.usage_row u join rows.cell c on c.cell = u.cell
                where c.layer = ? and u.window_start >= ? and u.window_start < ?
                    and c.subject = ?
                group by u.window_start
                """;

        private static final String ONE_LAYER =
                """
                select u.window_start, sum(u.sum), sum(u.readings)
                from rows.usage_row u join rows.cell c on c.cell = u.cell and c.layer = u.layer
                where c.layer = ? and u.window_start >= ? and u.window_start < ?
                    and c.subject = ?
                group by u.window_start
                """;

        private static final String ALL_FULL =
                """
                select subject, sum(sum), sum(readings) from rows.usage_row
                where meter = ? and window_start >= ? and window_start < ?
                group by subject
                """;

        private static final String ALL_CELLS =
                """
                select c.subject, sum(u.sum), sum(u.readings)
                from rows.usage_row u join rows.cell c on c.cell = u.cell
                where c.layer = ? and u.window_start >= ? and u.window_start < ?
                group by c.subject
                """;

        private static final String ALL_LAYER =
                """
                select c.subject, sum(u.sum), sum(u.readings)
                from rows.usage_row u join rows.cell c on c.cell = u.cell
                where u.layer = ? and u.window_start >= ? and u.window_start < ?
                group by c.subject
                """;
    }
}
