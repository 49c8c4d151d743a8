package io.tallyflow.connectors.iceberg.table;

import io.tallyflow.schemas.measure.UsagePartial;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/** Reads rows of {@code usage}, {@code usage_distinct} and {@code adjustments}. */
public final class CellRow {

    /** What a row of {@code usage} has beside its cell. */
    public static final List<String> PARTIAL =
            List.of(
                    "readings",
                    "sum",
                    "min",
                    "max",
                    "latest",
                    "latest_at",
                    "latest_source",
                    "latest_id");

    /** Where further columns begin. */
    public static final int FURTHER = 5;

    private static final List<String> CELL =
            List.of("subject", "group_by", "window_start", "window_end", "layer");

    private CellRow() {}

    /** What rows must have: the columns of their cell, and then further ones. */
    public static List<String> columns(List<String> further) {
        List<String> all = new ArrayList<>(CELL);
        all.addAll(further);
        return all;
    }

    public static String subject(StructLike row) {
        return row.get(0, String.class);
    }

    /** Canonical text. */
    public static String group(StructLike row) {
        return row.get(1, String.class);
    }

    /** Microseconds since the epoch, UTC. */
    public static long windowStartMicros(StructLike row) {
        return row.get(2, Long.class);
    }

    /** Microseconds since the epoch, UTC. */
    public static long windowEndMicros(StructLike row) {
        return row.get(3, Long.class);
    }

    /** Name of the layer. */
    public static String layer(StructLike row) {
        return row.get(4, String.class);
    }

    /** Of a row whose further columns are {@link #PARTIAL}; not canonical. */
    public static UsagePartial partial(StructLike row) {
        @Nullable Long latestAt = row.get(FURTHER + 5, Long.class);
        return new UsagePartial(
                row.get(FURTHER, Long.class),
                row.get(FURTHER + 1, BigDecimal.class),
                row.get(FURTHER + 2, BigDecimal.class),
                row.get(FURTHER + 3, BigDecimal.class),
                row.get(FURTHER + 4, BigDecimal.class),
                latestAt == null ? 0 : latestAt,
                row.get(FURTHER + 6, String.class),
                row.get(FURTHER + 7, String.class));
    }
}
