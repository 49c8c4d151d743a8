package io.tallyflow.functions.progress;

import static io.tallyflow.functions.Events.MINUTE;
import static io.tallyflow.functions.Events.event;
import static io.tallyflow.functions.Events.reading;
import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.aggregate.AggregateUsage;
import io.tallyflow.functions.deduplicate.DedupeRules;
import io.tallyflow.functions.deduplicate.Deduplicate;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.functions.meter.ApplyMeters;
import io.tallyflow.functions.parse.RouteParsed;
import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.RejectionReason;
import io.tallyflow.schemas.event.VoidRequest;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.IgnoredReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each operator in Flink's harness, asked for the metrics that it registered. */
final class LaneMetricsTest {

    private static final Definitions NONE = Definitions.ofFirsts(List.of());

    private static final long DAY = Duration.ofDays(1).toMillis();

    private static final String METERS =
            """
            meters:
              - slug: tokens
                eventType: prompt
                aggregation: SUM
                valueProperty: $.tokens
            """;

    private final RegisteredMetrics metrics = new RegisteredMetrics();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeHarnesses() throws Exception {
        for (AutoCloseable harness : open) {
            harness.close();
        }
    }

    @Test
    void countWhatWasReadAndRejectedAndWhy() throws Exception {
        var harness = plain(new RouteParsed(1));
        give(harness, ParsedRecord.of(event("a", "1", 0)));
        give(harness, ParsedRecord.of(rejected(RejectionReason.JSON)));
        give(harness, ParsedRecord.of(rejected(RejectionReason.JSON)));
        give(harness, ParsedRecord.of(rejected(RejectionReason.TOMBSTONE)));
        assertThat(metrics.counts())
                .isEqualTo(
                        Map.of(
                                "consumedRecords", 4L,
                                "rejectedRecords", 3L,
                                "reason.JSON.rejectedRecords", 2L,
                                "reason.TOMBSTONE.rejectedRecords", 1L));
        assertThat(metrics.all()).hasSize(2 + RejectionReason.values().length);
    }

    @Test
    void goOnOverCheckpoints() throws Exception {
        var harness = plain(new RouteParsed(1));
        give(harness, ParsedRecord.of(event("a", "1", 0)));
        harness.prepareSnapshotPreBarrier(1);
        harness.snapshot(1, 0);
        give(harness, ParsedRecord.of(event("a", "2", 0)));
        assertThat(metrics.counts()).isEqualTo(Map.of("consumedRecords", 2L));
    }

    @Test
    void countRepeatedAndStaleEvents() throws Exception {
        var harness = keyed(new Deduplicate(DedupeRules.defaults(), NONE), EventOrProgress::key);
        give(harness, EventOrProgress.of(event("a", "1", 0), 0));
        give(harness, EventOrProgress.of(event("a", "1", 0), 0));
        give(harness, EventOrProgress.of(event("a", "1", 0, 0, "{}"), 0));
        give(harness, EventOrProgress.of(event("a", "2", 0, 40 * DAY, null), 0));
        assertThat(metrics.all())
                .isEqualTo(
                        Map.of("duplicateRecords", 1L, "conflictRecords", 1L, "staleRecords", 1L));
    }

    @Test
    void countMeteredAndUnmatchedEventsAndWhatAMeterCouldNotTake() throws Exception {
        var harness =
                plain(
                        new ApplyMeters(
                                Definitions.ofFirsts(MeterFile.parse("meters.yaml", METERS))));
        give(harness, EventOrProgress.of(event("a", "1", 0), 0));
        give(harness, EventOrProgress.of(event("a", "2", 0, 0, "{\"tokens\":[1]}"), 0));
        give(
                harness,
                EventOrProgress.of(
                        anEvent().subject("a").source("source").id("3").type("other").build(), 0));
        give(
                harness,
                EventOrProgress.of(
                        anEvent()
                                .subject("a")
                                .source("source")
                                .id("4")
                                .type(VoidRequest.TYPE)
                                .build(),
                        0));
        assertThat(metrics.counts())
                .isEqualTo(
                        Map.of(
                                "meteredRecords", 2L,
                                "unmatchedRecords", 2L,
                                "voidRecords", 1L,
                                "ignoredReadings", 1L,
                                "reason.ARRAY.ignoredReadings", 1L));
    }

    @Test
    void countReadingsAndAdjustments() throws Exception {
        var harness =
                keyed(
                        new AggregateUsage(
                                NONE,
                                new AggregateRules(
                                        Duration.ZERO, false, 10, WorkingMemory.SHARE_OF_HEAP),
                                1),
                        MeteredOrProgress::key);
        give(harness, reading("a", "1", 0, "1"));
        give(harness, reading("a", "2", 0, "99999999999999999999"));
        harness.processWatermark(new Watermark(MINUTE));
        give(harness, reading("a", "3", 0, "1"));
        assertThat(metrics.all())
                .isEqualTo(
                        Map.of(
                                "readings", 2L,
                                "otherGroupReadings", 0L,
                                "adjustedReadings", 1L,
                                "ignoredReadings", 1L,
                                "reason.TOTAL_RANGE.ignoredReadings", 1L));
    }

    @Test
    void haveOnePlaceForEveryLaneAndEveryReason() throws Exception {
        List<String> names = new ArrayList<>();
        plain(new RouteParsed(1));
        names.addAll(metrics.takeNames());
        keyed(new Deduplicate(DedupeRules.defaults(), NONE), EventOrProgress::key);
        names.addAll(metrics.takeNames());
        plain(new ApplyMeters(Definitions.ofFirsts(MeterFile.parse("meters.yaml", METERS))));
        names.addAll(metrics.takeNames());
        keyed(
                new AggregateUsage(
                        NONE,
                        new AggregateRules(Duration.ZERO, false, 10, WorkingMemory.SHARE_OF_HEAP),
                        1),
                MeteredOrProgress::key);
        names.addAll(metrics.takeNames());
        for (Lane lane : Lane.values()) {
            assertThat(names).containsOnlyOnce(lane.name().toLowerCase(Locale.ROOT) + "Records");
        }
        Arrays.stream(RejectionReason.values())
                .map(reason -> "reason." + reason + ".rejectedRecords")
                .forEach(name -> assertThat(names).containsOnlyOnce(name));
        Arrays.stream(IgnoredReason.values())
                .map(reason -> "reason." + reason + ".ignoredReadings")
                .forEach(name -> assertThat(names).containsOnlyOnce(name));
    }

    private <I, O> OneInputStreamOperatorTestHarness<I, O> plain(
            OneInputStreamOperator<I, O> operator) throws Exception {
        var harness = new OneInputStreamOperatorTestHarness<>(operator, metrics.environment());
        open.add(harness);
        harness.open();
        return harness;
    }

    private <I, O> OneInputStreamOperatorTestHarness<I, O> keyed(
            OneInputStreamOperator<I, O> operator, KeySelector<I, Integer> key) throws Exception {
        var harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        operator, key, Types.INT, metrics.environment());
        open.add(harness);
        harness.open();
        return harness;
    }

    private static <I> void give(OneInputStreamOperatorTestHarness<I, ?> harness, I element)
            throws Exception {
        harness.processElement(new StreamRecord<>(element));
    }

    private static RejectedRecord rejected(RejectionReason reason) {
        return new RejectedRecord(reason.name(), "why", 0, 0, 0, null, 0, "", null, null);
    }
}
