package io.tallyflow.operations.reconcile;

import io.tallyflow.connectors.iceberg.table.CellRow;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.operations.counting.CountedCell;
import io.tallyflow.operations.counting.CountedWindow;
import io.tallyflow.operations.counting.Share;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.operations.patch.PatchUnit;
import io.tallyflow.operations.patch.Recounted.LayerWindow;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.quantity.Quantity;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * What the lake's {@code usage}, {@code usage_distinct} and {@code adjustments} say of the windows
 * of a day that have settled: what the stream has counted, whatever runs and voids have changed.
 */
final class KeptUsage {

    private static final int BYTES_OF_WINDOW = 250;

    private final LakeView view;
    private final ComparedVersions versions;
    private final WindowRange range;
    private final Share share;
    private final long mostBytes;
    private final Map<SubjectWindow, Map<LayerWindow, CountedWindow>> units = new HashMap<>();
    private long bytes;

    /** What a row says of its cell. */
    private record Part(@Nullable UsagePartial partial, @Nullable String value) {}

    private KeptUsage(
            LakeView view,
            ComparedVersions versions,
            WindowRange range,
            Share share,
            long mostBytes) {
        this.view = view;
        this.versions = versions;
        this.range = range;
        this.share = share;
        this.mostBytes = mostBytes;
    }

    /**
     * Reads it.
     *
     * @param share of subjects and days
     * @param mostBytes of heap, about
     * @throws RequestFailedException if it takes more
     */
    static KeptUsage read(
            LakeView view,
            ComparedVersions versions,
            WindowRange range,
            Share share,
            long mostBytes)
            throws IOException {
        KeptUsage kept = new KeptUsage(view, versions, range, share, mostBytes);
        if (view.settledUntilMillis() <= range.fromMillis()) {
            return kept;
        }
        kept.read(LakeTable.USAGE, CellRow.PARTIAL, row -> new Part(CellRow.partial(row), null));
        kept.read(
                LakeTable.USAGE_DISTINCT,
                List.of("value"),
                row -> new Part(null, row.get(CellRow.FURTHER, String.class)));
        kept.read(
                LakeTable.ADJUSTMENTS,
                List.of("value", "distinct_value", "time", "source", "id"),
                KeptUsage::adjustment);
        return kept;
    }

    private static Part adjustment(StructLike row) {
        return new Part(
                UsagePartials.of(
                        row.get(CellRow.FURTHER, BigDecimal.class),
                        row.get(CellRow.FURTHER + 2, Long.class),
                        row.get(CellRow.FURTHER + 3, String.class),
                        row.get(CellRow.FURTHER + 4, String.class)),
                row.get(CellRow.FURTHER + 1, String.class));
    }

    private void read(LakeTable table, List<String> further, Function<StructLike, Part> part)
            throws IOException {
        try (CloseableIterable<StructLike> rows =
                view.scan(table, filter(), CellRow.columns(further))) {
            for (StructLike row : rows) {
                add(row, part);
            }
        }
    }

    private Expression filter() {
        return Expressions.and(
                Expressions.greaterThanOrEqual("window_start", micros(range.fromMillis())),
                Expressions.lessThan("window_start", micros(range.toMillis())),
                Expressions.lessThanOrEqual("window_end", micros(view.settledUntilMillis())));
    }

    private static long micros(long millis) {
        return TimeUnit.MILLISECONDS.toMicros(millis);
    }

    private void add(StructLike row, Function<StructLike, Part> part) {
        long start = TimeUnit.MICROSECONDS.toMillis(CellRow.windowStartMicros(row));
        SubjectWindow unit = PatchUnit.keyOf(CellRow.subject(row), start);
        CountedVersion version = versions.ofLayer(CellRow.layer(row));
        if (version == null || !version.version().owns(start) || !share.holds(unit.hashCode())) {
            return;
        }
        String group = CellRow.group(row);
        CountedWindow window =
                units.computeIfAbsent(unit, key -> new HashMap<>())
                        .computeIfAbsent(
                                new LayerWindow(version.layer(), start),
                                key -> {
                                    CountedWindow first = new CountedWindow(group);
                                    bytes += BYTES_OF_WINDOW + first.bytes();
                                    return first;
                                });
        Part said = part.apply(row);
        UsagePartial partial = said.partial();
        String value = said.value();
        int groups = window.size();
        CountedCell cell = window.cell(group);
        if (window.size() > groups) {
            bytes += BYTES_OF_WINDOW + CountedWindow.bytes(group);
        }
        if (partial != null) {
            cell.add(canonical(partial));
        }
        if (value != null && cell.addValue(value)) {
            bytes += CountedWindow.bytes(value);
        }
        if (bytes > mostBytes) {
            throw new RequestFailedException(
                    "usage in the lake does not fit into the %d MiB that a run may take: give it more with"
                                    .formatted(mostBytes >> 20)
                            + " TALLYFLOW_JAVA_OPTS=-Xmx8g");
        }
    }

    /** The lake's quantities all have the same scale. */
    private static UsagePartial canonical(UsagePartial partial) {
        return new UsagePartial(
                partial.readings(),
                canonical(partial.sum()),
                canonical(partial.min()),
                canonical(partial.max()),
                canonical(partial.latest()),
                partial.latestTimeMicros(),
                partial.latestSource(),
                partial.latestId());
    }

    private static @Nullable BigDecimal canonical(@Nullable BigDecimal value) {
        return value == null ? null : Quantity.canonical(value);
    }

    /** Of which it says something. */
    Set<SubjectWindow> units() {
        return units.keySet();
    }

    /** What it says of the windows of a subject on the day. */
    Map<LayerWindow, CountedWindow> of(SubjectWindow unit) {
        return units.getOrDefault(unit, Map.of());
    }
}
