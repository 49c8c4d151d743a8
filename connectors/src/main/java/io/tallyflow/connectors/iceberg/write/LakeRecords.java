package io.tallyflow.connectors.iceberg.write;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.LayerName;
import io.tallyflow.schemas.meter.VersionName;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/** Turns words of the domain into rows of the lake. */
public final class LakeRecords {

    private static final long MICROS_PER_MILLI = 1_000L;

    /** That both tables of events have. */
    private static final int COLUMNS_OF_EVENTS = 10;

    private LakeRecords() {}

    /**
     * An accepted event.
     *
     * @param definitions number of the newest request for meters in force when it was counted
     */
    public static LakeRecord accepted(UsageEvent event, long definitions, long checkpoint) {
        return event(
                LakeTable.EVENTS,
                event,
                checkpoint,
                Math.toIntExact(definitions),
                event.isImported() ? event.importNumber() : null);
    }

    /** An event that the stream does not count. */
    public static LakeRecord stale(UsageEvent event, long checkpoint) {
        return event(LakeTable.STALE_EVENTS, event, checkpoint);
    }

    private static LakeRecord event(
            LakeTable table, UsageEvent event, long checkpoint, @Nullable Object... more) {
        byte[] data = event.data();
        @Nullable Object[] values = new Object[COLUMNS_OF_EVENTS + more.length];
        values[0] = text(event.subject());
        values[1] = text(event.source());
        values[2] = text(event.id());
        values[3] = text(event.type());
        values[4] = event.timeMicros();
        values[5] = data == null ? null : Binary.fromConstantByteArray(data);
        values[6] = event.partition();
        values[7] = event.offset();
        values[8] = event.kafkaTimeMillis() * MICROS_PER_MILLI;
        values[9] = checkpoint;
        System.arraycopy(more, 0, values, COLUMNS_OF_EVENTS, more.length);
        return new LakeRecord(table, values);
    }

    public static LakeRecord of(SettledUsage settled, long checkpoint) {
        UsageCell cell = settled.cell();
        UsagePartial partial = settled.partial();
        Aggregation aggregation = settled.aggregation();
        BigDecimal value =
                aggregation == null ? null : aggregation.valueOf(partial, settled.distinctValues());
        return new LakeRecord(
                LakeTable.USAGE,
                slug(cell),
                text(cell.subject()),
                text(cell.group()),
                cell.windowStartMillis() * MICROS_PER_MILLI,
                cell.windowEndMillis() * MICROS_PER_MILLI,
                scaled(value),
                partial.readings(),
                scaled(partial.sum()),
                scaled(partial.min()),
                scaled(partial.max()),
                scaled(partial.latest()),
                partial.latest() == null ? null : partial.latestTimeMicros(),
                textOrNull(partial.latestSource()),
                textOrNull(partial.latestId()),
                checkpoint,
                text(LayerName.of(cell.meter())));
    }

    public static LakeRecord of(DistinctValue distinct, long checkpoint) {
        UsageCell cell = distinct.cell();
        return new LakeRecord(
                LakeTable.USAGE_DISTINCT,
                slug(cell),
                text(cell.subject()),
                text(cell.group()),
                cell.windowStartMillis() * MICROS_PER_MILLI,
                cell.windowEndMillis() * MICROS_PER_MILLI,
                text(distinct.text()),
                checkpoint,
                text(LayerName.of(cell.meter())));
    }

    public static LakeRecord of(AdjustedReading adjusted, long checkpoint) {
        UsageEvent event = adjusted.event();
        Reading reading = adjusted.reading();
        return new LakeRecord(
                LakeTable.ADJUSTMENTS,
                text(VersionName.slug(reading.meter())),
                text(event.subject()),
                text(reading.group()),
                reading.windowStartMillis() * MICROS_PER_MILLI,
                reading.windowEndMillis() * MICROS_PER_MILLI,
                text(adjusted.reason().label()),
                scaled(reading.value()),
                textOrNull(reading.distinct()),
                text(event.source()),
                text(event.id()),
                event.timeMicros(),
                event.partition(),
                event.offset(),
                checkpoint,
                text(LayerName.of(reading.meter())));
    }

    private static Binary slug(UsageCell cell) {
        return text(VersionName.slug(cell.meter()));
    }

    private static Binary text(String text) {
        return Binary.fromConstantByteArray(text.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Binary textOrNull(@Nullable String text) {
        return text == null ? null : text(text);
    }

    /** Exact: no quantity has more places than the column. */
    private static @Nullable BigDecimal scaled(@Nullable BigDecimal quantity) {
        return quantity == null ? null : quantity.setScale(LakeTable.SCALE);
    }
}
