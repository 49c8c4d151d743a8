package io.tallyflow.benchmarks.rows;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** A way to lay out the table of usage rows. */
enum Layout {
    /** Meter, subject and group in every row and its key; an index by meter and time. */
    FULL("full.sql"),
    /** The cell instead of them; nothing but the primary key. */
    CELL("cell.sql"),
    /** Columns of a fixed size first. */
    CELL_PACKED("packed.sql"),
    /** One check for what five say. */
    CELL_ONE_CHECK(
            "cell.sql",
            """
            alter table rows.usage_row
                drop constraint usage_row_readings_not_negative,
                drop constraint usage_row_sum_is_finite,
                drop constraint usage_row_min_is_finite,
                drop constraint usage_row_max_is_finite,
                drop constraint usage_row_latest_is_finite,
                drop constraint usage_row_latest_has_time,
                drop constraint usage_row_shard_not_negative,
                add constraint usage_row_is_sound check (
                    readings >= 0 and shard >= 0
                    and (sum is null or sum > '-Infinity' and sum < 'Infinity')
                    and (min is null or min > '-Infinity' and min < 'Infinity')
                    and (max is null or max > '-Infinity' and max < 'Infinity')
                    and (latest is null) = (latest_at is null)
                    and (latest is null or latest > '-Infinity' and latest < 'Infinity'))
            """),
    /** The same, of the range that a value can have, by one comparison of its absolute value. */
    CELL_ABS_CHECK(
            "cell.sql",
            """
            alter table rows.usage_row
                drop constraint usage_row_readings_not_negative,
                drop constraint usage_row_sum_is_finite,
                drop constraint usage_row_min_is_finite,
                drop constraint usage_row_max_is_finite,
                drop constraint usage_row_latest_is_finite,
                drop constraint usage_row_latest_has_time,
                drop constraint usage_row_shard_not_negative,
                add constraint usage_row_is_sound check (
                    readings >= 0 and shard >= 0
                    and (latest is null) = (latest_at is null)
                    and greatest(abs(sum), abs(min), abs(max), abs(latest)) < 'Infinity')
            """),
    /** No check at all: a floor. */
    CELL_UNCHECKED(
            "cell.sql",
            """
            alter table rows.usage_row
                drop constraint usage_row_readings_not_negative,
                drop constraint usage_row_sum_is_finite,
                drop constraint usage_row_min_is_finite,
                drop constraint usage_row_max_is_finite,
                drop constraint usage_row_latest_is_finite,
                drop constraint usage_row_latest_has_time,
                drop constraint usage_row_shard_not_negative
            """),
    /** A summary of times for every 32 pages. */
    CELL_BRIN(
            "cell.sql",
            """
            create index usage_row_time on rows.usage_row
                using brin (window_start) with (pages_per_range = 32, autosummarize = on)
            """),
    /** The layer in the row, and an index by layer and time. */
    CELL_LAYER(
            "cell.sql",
            "alter table rows.usage_row add column layer integer not null",
            "create index usage_row_time on rows.usage_row (layer, window_start)"),
    /** The layer in the row and first in the key, then the time; and an index by cell alone. */
    LAYER_FIRST(
            "cell.sql",
            """
            alter table rows.usage_row
                add column layer integer not null,
                drop constraint usage_row_key,
                add constraint usage_row_key primary key (layer, window_start, cell, shard)
            """,
            "create index usage_row_cell on rows.usage_row (cell)"),
    /** The primary key by time first, and an index by cell alone. */
    TIME_AND_CELL(
            "cell.sql",
            """
            alter table rows.usage_row
                drop constraint usage_row_key,
                add constraint usage_row_key primary key (window_start, cell, shard)
            """,
            "create index usage_row_cell on rows.usage_row (cell)"),
    /** The primary key by time first, as rows come, and no other index. */
    TIME_FIRST(
            "cell.sql",
            """
            alter table rows.usage_row
                drop constraint usage_row_key,
                add constraint usage_row_key primary key (window_start, cell, shard)
            """);

    private static final String PARTITIONS = "partitions.sql";

    private final String file;
    private final List<String> changes;

    Layout(String file, String... changes) {
        this.file = file;
        this.changes = List.of(changes);
    }

    /** As tables and options name it. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether rows say themselves what they are of. */
    boolean isFull() {
        return this == FULL;
    }

    boolean isPacked() {
        return this == CELL_PACKED;
    }

    boolean hasLayer() {
        return this == CELL_LAYER || this == LAYER_FIRST;
    }

    /** Whether the layer comes first in its key. */
    boolean isByLayer() {
        return this == LAYER_FIRST;
    }

    /** Whether the time comes before the cell in its key. */
    boolean isByTime() {
        return this == TIME_FIRST || this == TIME_AND_CELL || this == LAYER_FIRST;
    }

    /** What makes it, in a database without the schema {@code rows}. */
    List<String> statements() {
        return Stream.of(List.of(resource(file)), changes, List.of(resource(PARTITIONS)))
                .flatMap(List::stream)
                .toList();
    }

    private static String resource(String name) {
        try (InputStream in =
                Objects.requireNonNull(Layout.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
