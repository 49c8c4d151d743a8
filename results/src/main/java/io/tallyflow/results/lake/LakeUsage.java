package io.tallyflow.results.lake;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Aggregation;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsagePartials;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * Reads the usage of a meter from the lake: settled windows from {@code usage}, {@code
 * usage_distinct} and {@code adjustments}, all later ones from {@code events}.
 */
final class LakeUsage {

    private static final long MICROS_PER_MILLI = 1_000L;
    private static final List<String> CELL = List.of("window_start", "subject", "group_by");

    private final LakeView view;
    private final LakeQuestion question;
    private final Meter meter;
    private final Totals totals;

    private LakeUsage(LakeView view, LakeQuestion question) {
        this.view = view;
        this.question = question;
        this.meter = question.meter();
        this.totals = new Totals(question);
    }

    /**
     * Answers a question.
     *
     * @throws io.tallyflow.results.RequestRefusedException if windows do not fall on the grain
     */
    static Totals of(LakeView view, LakeQuestion question) throws IOException {
        LakeUsage usage = new LakeUsage(view, question);
        usage.read();
        question.checkGrain(usage.totals.usage());
        return usage.totals;
    }

    private void read() throws IOException {
        long open = GrainRange.floor(view.settledUntilMillis(), meter.windowSize().millis());
        GrainRange settled = question.range().before(open);
        if (!settled.isEmpty()) {
            if (meter.aggregation() == Aggregation.UNIQUE_COUNT) {
                readDistinct(settled);
            } else {
                readSettled(settled);
            }
            readAdjustments(settled);
        }
        GrainRange unsettled = question.range().since(open);
        if (!unsettled.isEmpty()) {
            readEvents(unsettled);
        }
    }

    private void readDistinct(GrainRange range) throws IOException {
        scan(
                LakeTable.USAGE_DISTINCT,
                cells(range),
                with(CELL, "value"),
                row -> add(row, UsagePartials.NONE, row.get(3, String.class)));
    }

    private void readSettled(GrainRange range) throws IOException {
        List<String> columns = with(CELL, "readings");
        switch (meter.aggregation()) {
            case SUM, AVG -> columns.add("sum");
            case MIN -> columns.add("min");
            case MAX -> columns.add("max");
            case LATEST ->
                    columns.addAll(List.of("latest", "latest_at", "latest_source", "latest_id"));
            case COUNT, UNIQUE_COUNT -> {}
        }
        scan(LakeTable.USAGE, cells(range), columns, row -> add(row, partial(row), null));
    }

    /** What the aggregation needs of it. */
    private UsagePartial partial(StructLike row) {
        long readings = row.get(3, Long.class);
        return switch (meter.aggregation()) {
            case SUM, AVG ->
                    new UsagePartial(readings, quantity(row), null, null, null, 0, null, null);
            case MIN -> new UsagePartial(readings, null, quantity(row), null, null, 0, null, null);
            case MAX -> new UsagePartial(readings, null, null, quantity(row), null, 0, null, null);
            case LATEST ->
                    new UsagePartial(
                            readings,
                            null,
                            null,
                            null,
                            quantity(row),
                            row.get(5, Long.class),
                            row.get(6, String.class),
                            row.get(7, String.class));
            case COUNT, UNIQUE_COUNT ->
                    new UsagePartial(readings, null, null, null, null, 0, null, null);
        };
    }

    private static BigDecimal quantity(StructLike row) {
        return row.get(4, BigDecimal.class);
    }

    private void readAdjustments(GrainRange range) throws IOException {
        scan(
                LakeTable.ADJUSTMENTS,
                cells(range),
                with(CELL, "reason", "value", "distinct_value", "time", "source", "id"),
                row -> {
                    checkReason(row.get(3, String.class));
                    UsagePartial partial =
                            UsagePartials.of(
                                    row.get(4, BigDecimal.class),
                                    row.get(6, Long.class),
                                    row.get(7, String.class),
                                    row.get(8, String.class));
                    add(row, partial, row.get(5, String.class));
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

    private void readEvents(GrainRange range) throws IOException {
        MeterReader reader = new MeterReader(List.of(meter));
        Expression filter =
                Expressions.and(
                        Expressions.equal("type", meter.eventType()), within("time", range));
        scan(
                LakeTable.EVENTS,
                ofSubjects(filter),
                List.of("subject", "source", "id", "time", "data"),
                row -> {
                    UsageEvent event = event(row);
                    for (Reading reading : reader.read(event).readings()) {
                        totals.add(
                                reading.windowStartMillis(),
                                event.subject(),
                                reading.group(),
                                UsagePartials.of(reading, event),
                                reading.distinct());
                    }
                });
    }

    /** Where it was in Kafka does not matter to a meter. */
    private UsageEvent event(StructLike row) {
        String data = row.get(4, String.class);
        return new UsageEvent(
                row.get(0, String.class),
                row.get(1, String.class),
                row.get(2, String.class),
                meter.eventType(),
                row.get(3, Long.class),
                data == null ? null : data.getBytes(StandardCharsets.UTF_8),
                0,
                0,
                0);
    }

    private void add(StructLike row, UsagePartial partial, @Nullable String distinct) {
        totals.add(
                row.get(0, Long.class) / MICROS_PER_MILLI,
                row.get(1, String.class),
                row.get(2, String.class),
                partial,
                distinct);
    }

    private void scan(
            LakeTable table, Expression filter, List<String> columns, Consumer<StructLike> each)
            throws IOException {
        try (CloseableIterable<StructLike> rows = view.scan(table, filter, columns)) {
            rows.forEach(each);
        }
    }

    private Expression cells(GrainRange range) {
        return ofSubjects(
                Expressions.and(
                        Expressions.equal("meter", meter.slug()), within("window_start", range)));
    }

    private static Expression within(String column, GrainRange range) {
        return Expressions.and(
                Expressions.greaterThanOrEqual(column, range.from() * MICROS_PER_MILLI),
                Expressions.lessThan(column, range.to() * MICROS_PER_MILLI));
    }

    /** Where the meter's usage begins and ends is asked of all subjects. */
    private Expression ofSubjects(Expression filter) {
        List<String> subjects = question.query().subjects();
        return subjects.isEmpty() || question.needsExtent()
                ? filter
                : Expressions.and(filter, Expressions.in("subject", subjects.toArray()));
    }

    private static List<String> with(List<String> columns, String... more) {
        List<String> all = new ArrayList<>(columns);
        all.addAll(List.of(more));
        return all;
    }
}
