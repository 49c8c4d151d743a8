package io.tallyflow.functions.types;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.wire.FramedType;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.IgnoredReading;
import io.tallyflow.schemas.usage.IgnoredReason;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageChange;
import io.tallyflow.schemas.usage.UsageRow;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A round trip with generic types switched off is stronger than asking whether a type is a POJO: a
 * component that only Kryo could write fails, and one that is dropped on the way differs.
 */
final class StreamTypesTest {

    private static final UsageEvent EVENT =
            anEvent()
                    .subject("s")
                    .source("src")
                    .id("id")
                    .type("t")
                    .timeMicros(5)
                    .data(new byte[] {'{', '}'})
                    .at(1, 2)
                    .kafkaTimeMillis(3)
                    .build();
    private static final UsageEvent BARE =
            anEvent()
                    .subject("s")
                    .source("src")
                    .id("id")
                    .type("t")
                    .timeMicros(5)
                    .at(1, 2)
                    .kafkaTimeMillis(3)
                    .build();
    private static final RejectedRecord REJECTED =
            new RejectedRecord("JSON", "why", 1, 2, 3, new byte[] {1}, 1, "ab", null, "cd");
    private static final RejectedRecord TOMBSTONE =
            new RejectedRecord("TOMBSTONE", "", 1, 2, 3, null, 0, "", null, null);
    private static final Progress PROGRESS =
            Progress.of(
                    LaneCounts.inOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
                    Map.of(0, 5L),
                    7,
                    Map.of("rejected.JSON", 1L),
                    99);
    private static final UsagePartial PARTIAL =
            new UsagePartial(
                    2,
                    new BigDecimal("1.5"),
                    new BigDecimal("-1"),
                    new BigDecimal("99999999999999999999.000000000000000001"),
                    BigDecimal.ONE,
                    9,
                    "src",
                    "id");
    private static final UsagePartial COUNT =
            new UsagePartial(2, null, null, null, null, 0, null, null);
    private static final UsageCell CELL = new UsageCell("m", "s", "{}", 0, 60_000);
    private static final Reading READING =
            new Reading("m", "{}", 0, 60_000, new BigDecimal("0.1"), null);

    static Stream<Object> samples() {
        return Stream.of(
                EVENT,
                BARE,
                REJECTED,
                TOMBSTONE,
                ParsedRecord.of(EVENT),
                ParsedRecord.of(TOMBSTONE),
                new LateEvent(EVENT, LateEvent.Reason.LATE, List.of("m")),
                new LateEvent(BARE, LateEvent.Reason.STALE, List.of()),
                PROGRESS,
                Progress.NONE,
                EventOrProgress.of(EVENT, 3),
                EventOrProgress.of(EVENT, new int[] {1, 2, 3}, 3),
                EventOrProgress.of(PROGRESS, 3),
                new MeteredEvent(EVENT, List.of(READING), List.of(), true),
                MeteredOrProgress.of(
                        new MeteredEvent(
                                BARE,
                                List.of(),
                                List.of(new IgnoredReading("m", IgnoredReason.NULL)),
                                true),
                        3),
                MeteredOrProgress.of(PROGRESS, 3),
                PARTIAL,
                COUNT,
                UsageChange.of(new UsageRow(CELL, PARTIAL, true, 3, true)),
                UsageChange.of(new Adjustment(CELL, AdjustmentReason.LATE, COUNT)),
                UsageChange.of(new DistinctValue(CELL, "value")),
                UsageChange.of(PROGRESS),
                LakeRow.accepted(EVENT, 7),
                LakeRow.stale(BARE),
                LakeRow.of(new SettledUsage(CELL, PARTIAL, 3, Aggregation.MAX)),
                LakeRow.of(new DistinctValue(CELL, "value")),
                LakeRow.of(new AdjustedReading(EVENT, READING, AdjustmentReason.LATE)),
                LakeRow.settledUntil(Long.MIN_VALUE));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void comesBackAsItWasWithoutGenericTypes(Object sample) throws Exception {
        assertThat(roundTrip(sample)).usingRecursiveComparison().isEqualTo(sample);
    }

    @SuppressWarnings("unchecked")
    private static <T> T roundTrip(T sample) throws Exception {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);
        TypeSerializer<T> serializer = type((Class<T>) sample.getClass()).createSerializer(config);
        DataOutputSerializer out = new DataOutputSerializer(256);
        serializer.serialize(sample, out);
        return serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
    }

    /** The type that the pipeline uses. */
    @SuppressWarnings("unchecked")
    private static <T> TypeInformation<T> type(Class<T> type) {
        return Stream.of(FramedType.EVENT_OR_PROGRESS, FramedType.LAKE_ROW)
                .filter(framed -> framed.getTypeClass() == type)
                .map(framed -> (TypeInformation<T>) framed)
                .findAny()
                .orElseGet(() -> TypeInformation.of(type));
    }
}
