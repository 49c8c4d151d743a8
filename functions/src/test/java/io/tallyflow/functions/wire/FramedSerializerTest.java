package io.tallyflow.functions.wire;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What crosses the network comes out as it went in. */
final class FramedSerializerTest {

    private static final int[] CODE_POINTS = {'a', 'Z', '"', 1, 0x7F, 0xE9, 0x7FF, 0x20AC, 0x1F600};

    @Property(seed = "31", tries = 2000, shrinking = ShrinkingMode.OFF)
    void eventsAndProgressComeBack(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        assertComesBack(
                FramedType.EVENT_OR_PROGRESS,
                List.of(
                        EventOrProgress.of(event(random), places(random), random.nextInt()),
                        EventOrProgress.of(progress(random), random.nextInt()),
                        EventOrProgress.of(event(random), random.nextInt())));
    }

    @Property(seed = "32", tries = 2000, shrinking = ShrinkingMode.OFF)
    void rowsForTheLakeComeBack(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        AdjustmentReason[] reasons = AdjustmentReason.values();
        assertComesBack(
                FramedType.LAKE_ROW,
                List.of(
                        LakeRow.accepted(event(random), 7),
                        LakeRow.stale(event(random)),
                        LakeRow.of(
                                new SettledUsage(
                                        cell(random),
                                        partial(random),
                                        random.nextInt(9),
                                        random.nextBoolean() ? null : Aggregation.LATEST)),
                        LakeRow.of(new DistinctValue(cell(random), text(random))),
                        LakeRow.of(
                                new AdjustedReading(
                                        event(random),
                                        reading(random),
                                        reasons[random.nextInt(reasons.length)])),
                        LakeRow.settledUntil(random.nextLong())));
    }

    private static <T> void assertComesBack(TypeInformation<T> type, List<T> values)
            throws Exception {
        TypeSerializer<T> serializer = InstantiationUtil.clone(serializer(type));
        DataOutputSerializer out = new DataOutputSerializer(16);
        for (T value : values) {
            serializer.serialize(value, out);
        }
        DataInputDeserializer in =
                new DataInputDeserializer(copied(out, values.size(), serializer));
        for (T value : values) {
            assertThat(serializer.duplicate().deserialize(in))
                    .usingRecursiveComparison()
                    .isEqualTo(value);
        }
        assertThat(in.available()).isZero();
    }

    private static <T> byte[] copied(
            DataOutputSerializer written, int values, TypeSerializer<T> serializer)
            throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(written.getCopyOfBuffer());
        DataOutputSerializer out = new DataOutputSerializer(16);
        for (int i = 0; i < values; i++) {
            serializer.copy(in, out);
        }
        return out.getCopyOfBuffer();
    }

    @Test
    void dataOfTheGreatestEventComesBack() throws Exception {
        UsageEvent event =
                anEvent()
                        .subject("s")
                        .source("s")
                        .id("i")
                        .type("t")
                        .data(new byte[256 * 1024])
                        .at(0, Long.MAX_VALUE)
                        .build();
        assertComesBack(FramedType.EVENT_OR_PROGRESS, List.of(EventOrProgress.of(event, 1)));
        assertComesBack(FramedType.LAKE_ROW, List.of(LakeRow.accepted(event, 7)));
    }

    @Test
    void valuesAreNeverCopied() {
        TypeSerializer<LakeRow> serializer = serializer(FramedType.LAKE_ROW);
        LakeRow row = LakeRow.settledUntil(1);
        assertThat(serializer.copy(row)).isSameAs(row);
        assertThat(serializer.copy(row, LakeRow.settledUntil(2))).isSameAs(row);
        assertThat(serializer.isImmutableType()).isTrue();
    }

    @Test
    void valuesThatAreNothingAreRefused() {
        assertRefused(FramedType.LAKE_ROW, new LakeRow(null, null, null, null, null, null, 0));
        assertRefused(FramedType.EVENT_OR_PROGRESS, new EventOrProgress(null, null, null, null, 1));
    }

    private static <T> void assertRefused(TypeInformation<T> type, T value) {
        assertThatThrownBy(() -> serializer(type).serialize(value, new DataOutputSerializer(16)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void snapshotsLeadBackToTheSameSerializer() throws Exception {
        assertSnapshotLeadsBack(serializer(FramedType.EVENT_OR_PROGRESS));
        assertSnapshotLeadsBack(serializer(FramedType.LAKE_ROW));
    }

    private static <T> void assertSnapshotLeadsBack(TypeSerializer<T> serializer) throws Exception {
        DataOutputSerializer out = new DataOutputSerializer(16);
        TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());
        TypeSerializerSnapshot<T> read =
                TypeSerializerSnapshot.readVersionedSnapshot(
                        new DataInputDeserializer(out.getCopyOfBuffer()),
                        FramedSerializerTest.class.getClassLoader());
        assertThat(read.restoreSerializer()).isEqualTo(serializer);
    }

    private static <T> TypeSerializer<T> serializer(TypeInformation<T> type) {
        return type.createSerializer(new SerializerConfigImpl());
    }

    private static UsageEvent event(Random random) {
        byte[] data = new byte[random.nextInt(700)];
        random.nextBytes(data);
        return anEvent()
                .subject(text(random))
                .source(text(random))
                .id(text(random))
                .type(text(random))
                .timeMicros(random.nextLong())
                .data(random.nextInt(4) == 0 ? null : data)
                .at(random.nextInt(), random.nextLong() >>> random.nextInt(64))
                .kafkaTimeMillis(random.nextLong())
                .importNumber(random.nextBoolean() ? 0 : random.nextLong() >>> 1)
                .build();
    }

    private static int @Nullable [] places(Random random) {
        return random.nextInt(3) == 0
                ? null
                : IntStream.generate(() -> random.nextInt() >> random.nextInt(32))
                        .limit(random.nextInt(20))
                        .toArray();
    }

    private static Progress progress(Random random) {
        Map<Integer, Long> offsets = new HashMap<>();
        Map<String, Long> reasons = new HashMap<>();
        Map<Long, Long> newestBy = new HashMap<>();
        Map<Integer, Long> countsBy = new HashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            offsets.put(random.nextInt(), random.nextLong());
            reasons.put(text(random), random.nextLong());
            newestBy.put(random.nextLong(), random.nextLong());
            countsBy.put(random.nextInt(), random.nextLong());
        }
        return new Progress(
                counts(random), offsets, random.nextLong(), reasons, newestBy, countsBy);
    }

    private static LaneCounts counts(Random random) {
        return LaneCounts.inOrder(
                random.nextLong(),
                random.nextInt(200),
                random.nextInt(200),
                random.nextInt(200),
                random.nextInt(200),
                random.nextInt(200),
                random.nextInt(200),
                random.nextInt(200),
                random.nextInt(200),
                random.nextInt(200));
    }

    private static UsageCell cell(Random random) {
        return new UsageCell(
                text(random), text(random), text(random), random.nextLong(), random.nextLong());
    }

    private static UsagePartial partial(Random random) {
        return new UsagePartial(
                random.nextLong(),
                decimal(random),
                decimal(random),
                decimal(random),
                decimal(random),
                random.nextLong(),
                random.nextBoolean() ? null : text(random),
                random.nextBoolean() ? null : text(random));
    }

    private static Reading reading(Random random) {
        return new Reading(
                text(random),
                text(random),
                random.nextLong(),
                random.nextLong(),
                decimal(random),
                random.nextBoolean() ? null : text(random));
    }

    private static @Nullable BigDecimal decimal(Random random) {
        return random.nextInt(3) == 0
                ? null
                : new BigDecimal(new BigInteger(random.nextInt(130), random), random.nextInt(19))
                        .multiply(BigDecimal.valueOf(random.nextInt(3) - 1L));
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(random.nextInt(4) == 0 ? 300 : 20); i > 0; i--) {
            text.appendCodePoint(
                    random.nextInt(3) > 0 ? 'k' : CODE_POINTS[random.nextInt(CODE_POINTS.length)]);
        }
        return text.toString();
    }
}
