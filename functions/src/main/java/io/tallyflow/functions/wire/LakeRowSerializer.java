package io.tallyflow.functions.wire;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.SettledUsage;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.jspecify.annotations.Nullable;

/** Writes rows on their way to the lake; most are accepted events. */
final class LakeRowSerializer extends FramedSerializer<LakeRow> {

    private static final long serialVersionUID = 1L;
    private static final int ACCEPTED = 0;
    private static final int STALE = 1;
    private static final int SETTLED = 2;
    private static final int DISTINCT = 3;
    private static final int ADJUSTED = 4;
    private static final int SETTLED_UNTIL = 5;
    private static final Aggregation[] AGGREGATIONS = Aggregation.values();
    private static final AdjustmentReason[] REASONS = AdjustmentReason.values();

    @Override
    void put(FrameWriter frame, LakeRow row) {
        UsageEvent accepted = row.accepted();
        UsageEvent stale = row.stale();
        if (accepted != null) {
            frame.putByte(ACCEPTED);
            Frames.put(frame, accepted);
            frame.putNumber(row.definitions());
        } else if (stale != null) {
            frame.putByte(STALE);
            Frames.put(frame, stale);
        } else {
            putUsage(frame, row);
        }
    }

    private static void putUsage(FrameWriter frame, LakeRow row) {
        SettledUsage settled = row.settled();
        DistinctValue distinct = row.distinct();
        AdjustedReading adjusted = row.adjusted();
        Long settledUntilMillis = row.settledUntilMillis();
        if (settled != null) {
            frame.putByte(SETTLED);
            put(frame, settled);
        } else if (distinct != null) {
            frame.putByte(DISTINCT);
            put(frame, distinct);
        } else if (adjusted != null) {
            frame.putByte(ADJUSTED);
            put(frame, adjusted);
        } else if (settledUntilMillis != null) {
            frame.putByte(SETTLED_UNTIL);
            frame.putLong(settledUntilMillis);
        } else {
            throw new IllegalArgumentException("a row of nothing");
        }
    }

    private static void put(FrameWriter frame, SettledUsage settled) {
        Frames.put(frame, settled.cell());
        Frames.put(frame, settled.partial());
        frame.putNumber(settled.distinctValues());
        Aggregation aggregation = settled.aggregation();
        frame.putByte(aggregation == null ? 0 : aggregation.ordinal() + 1);
    }

    private static void put(FrameWriter frame, DistinctValue distinct) {
        Frames.put(frame, distinct.cell());
        frame.putText(distinct.text());
    }

    private static void put(FrameWriter frame, AdjustedReading adjusted) {
        Frames.put(frame, adjusted.event());
        Frames.put(frame, adjusted.reading());
        frame.putByte(adjusted.reason().ordinal());
    }

    @Override
    LakeRow take(FrameReader frame) {
        int kind = frame.takeByte();
        return switch (kind) {
            case ACCEPTED -> LakeRow.accepted(Frames.takeEvent(frame), frame.takeNumber());
            case STALE -> LakeRow.stale(Frames.takeEvent(frame));
            case SETTLED -> LakeRow.of(takeSettled(frame));
            case DISTINCT -> LakeRow.of(takeDistinct(frame));
            case ADJUSTED -> LakeRow.of(takeAdjusted(frame));
            case SETTLED_UNTIL -> LakeRow.settledUntil(frame.takeLong());
            default -> throw new IllegalStateException("a frame of unknown kind " + kind);
        };
    }

    private static SettledUsage takeSettled(FrameReader frame) {
        return new SettledUsage(
                Frames.takeCell(frame),
                Frames.takePartial(frame),
                frame.takeNumber(),
                aggregation(frame.takeByte() - 1));
    }

    private static @Nullable Aggregation aggregation(int ordinal) {
        return ordinal < 0 ? null : AGGREGATIONS[ordinal];
    }

    private static DistinctValue takeDistinct(FrameReader frame) {
        return new DistinctValue(Frames.takeCell(frame), frame.takeText());
    }

    private static AdjustedReading takeAdjusted(FrameReader frame) {
        return new AdjustedReading(
                Frames.takeEvent(frame), Frames.takeReading(frame), REASONS[frame.takeByte()]);
    }

    @Override
    public LakeRow createInstance() {
        return LakeRow.settledUntil(Long.MIN_VALUE);
    }

    @Override
    public TypeSerializer<LakeRow> duplicate() {
        return new LakeRowSerializer();
    }

    @Override
    public TypeSerializerSnapshot<LakeRow> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Says which class reads what this one wrote. */
    @SuppressWarnings("WeakerAccess") // Flink makes it by its public constructor
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<LakeRow> {

        public Snapshot() {
            super(LakeRowSerializer::new);
        }
    }
}
