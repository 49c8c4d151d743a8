package io.tallyflow.results.lake;

import static java.util.stream.Collectors.toMap;

import io.tallyflow.connectors.iceberg.table.CellRow;
import io.tallyflow.connectors.iceberg.table.EventRow;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.results.meters.ShownVersion;
import io.tallyflow.results.voids.PatchedWindows;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.meter.LayerName;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.VersionName;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Reads the usage of a meter from the lake: settled windows from {@code usage}, {@code
 * usage_distinct} and {@code adjustments}; all later ones, what runs have counted, and windows that
 * voids took events from, from {@code events}.
 */
final class LakeParts {

    private final LakeView view;
    private final NeededUsage needed;
    private final PatchedWindows patched;
    private final Meter meter;
    private final Map<String, ShownVersion> byLayer;

    private LakeParts(LakeView view, NeededUsage needed, PatchedWindows patched) {
        this.view = view;
        this.needed = needed;
        this.patched = patched;
        this.meter = needed.meter();
        this.byLayer =
                needed.versions().stream()
                        .collect(toMap(one -> LayerName.of(one.version().name()), one -> one));
    }

    /**
     * The parts of all cells that are needed; they are read while they are iterated.
     *
     * @param patched windows that are counted from events again
     */
    static CloseableIterable<LakePart> of(
            LakeView view, NeededUsage needed, PatchedWindows patched) {
        LakeParts parts = new LakeParts(view, needed, patched);
        boolean unique = needed.meter().aggregation().keepsValues();
        return CloseableIterable.concat(
                List.of(
                        unique ? parts.distinct() : parts.settled(),
                        parts.adjusted(),
                        parts.fromEvents()));
    }

    private CloseableIterable<LakePart> distinct() {
        return ofCells(
                LakeTable.USAGE_DISTINCT,
                List.of("value"),
                row -> new LakePart(cell(row), UsagePartials.NONE, row.get(5, String.class)));
    }

    private CloseableIterable<LakePart> settled() {
        return ofCells(
                LakeTable.USAGE,
                CellRow.PARTIAL,
                row -> new LakePart(cell(row), CellRow.partial(row), null));
    }

    private CloseableIterable<LakePart> adjusted() {
        return ofCells(
                LakeTable.ADJUSTMENTS,
                List.of("reason", "value", "distinct_value", "time", "source", "id"),
                row -> {
                    checkReason(row.get(5, String.class));
                    UsagePartial partial =
                            UsagePartials.of(
                                    row.get(6, BigDecimal.class),
                                    row.get(8, Long.class),
                                    row.get(9, String.class),
                                    row.get(10, String.class));
                    return new LakePart(cell(row), partial, row.get(7, String.class));
                });
    }

    /** A reason that is not known may mean that readings are taken away. */
    private static void checkReason(String reason) {
        if (!reason.equals(AdjustmentReason.LATE.label())
                && !reason.equals(AdjustmentReason.BACKFILL.label())) {
            throw new IllegalStateException(
                    "adjustments of reason " + reason + " cannot be read by this version");
        }
    }

    /** One part for each reading. */
    private CloseableIterable<LakePart> fromEvents() {
        long since = view.settledUntilMillis();
        MeterReader reader =
                new MeterReader(needed.versions().stream().map(ShownVersion::version).toList());
        CloseableIterable<StructLike> rows =
                view.scan(LakeTable.EVENTS, needed.events(since, patched), EventRow.COLUMNS);
        return present(CloseableIterable.transform(rows, row -> fromEvent(reader, row, since)));
    }

    private Optional<LakePart> fromEvent(MeterReader reader, StructLike row, long since) {
        UsageEvent event = EventRow.event(row);
        if (patched.voided().holds(event.subject(), event.source(), event.id())) {
            return Optional.empty();
        }
        long definitions = EventRow.definitions(row);
        // One version owns its time at most, and reads it once.
        return reader.read(event).readings().stream()
                .filter(reading -> counts(reading, event, definitions, since))
                .map(
                        reading ->
                                new LakePart(
                                        ofMeter(reading.cell(event.subject())),
                                        reading.partial(event),
                                        reading.distinct()))
                .findFirst();
    }

    /** What a settled window came to in the stream is read from what it came to. */
    private boolean counts(Reading reading, UsageEvent event, long definitions, long since) {
        ShownVersion shown = byLayer.get(LayerName.of(reading.meter()));
        if (shown == null) {
            return false;
        }
        return shown.isOfStream(definitions)
                ? reading.windowEndMillis() > since
                        || patched.holds(
                                LayerName.of(reading.meter()),
                                event.subject(),
                                reading.windowStartMillis())
                : shown.isOfRun(TimeUnit.MICROSECONDS.toMillis(event.timeMicros()));
    }

    private static <T> CloseableIterable<T> present(CloseableIterable<Optional<T>> all) {
        return CloseableIterable.transform(
                CloseableIterable.filter(all, Optional::isPresent), Optional::orElseThrow);
    }

    private CloseableIterable<LakePart> ofCells(
            LakeTable table, List<String> columns, Function<StructLike, LakePart> part) {
        List<String> all = CellRow.columns(columns);
        Expression filter = needed.settled(view.settledUntilMillis());
        CloseableIterable<StructLike> owned =
                CloseableIterable.filter(view.scan(table, filter, all), this::isOwned);
        return CloseableIterable.transform(owned, part);
    }

    /** Whether the version that counted a row owns its window, and it still stands. */
    private boolean isOwned(StructLike row) {
        String layer = CellRow.layer(row);
        ShownVersion shown = byLayer.get(layer);
        long start = TimeUnit.MICROSECONDS.toMillis(CellRow.windowStartMicros(row));
        return shown != null
                && shown.version().owns(start)
                && !patched.holds(layer, CellRow.subject(row), start);
    }

    /** All versions are one meter here. */
    private static UsageCell ofMeter(UsageCell cell) {
        return new UsageCell(
                VersionName.slug(cell.meter()),
                cell.subject(),
                cell.group(),
                cell.windowStartMillis(),
                cell.windowEndMillis());
    }

    private UsageCell cell(StructLike row) {
        return new UsageCell(
                meter.slug(),
                CellRow.subject(row),
                CellRow.group(row),
                TimeUnit.MICROSECONDS.toMillis(CellRow.windowStartMicros(row)),
                TimeUnit.MICROSECONDS.toMillis(CellRow.windowEndMicros(row)));
    }
}
