package io.tallyflow.functions.aggregate;

import static io.tallyflow.functions.Events.MAX_PARALLELISM;
import static io.tallyflow.functions.Events.MINUTE;
import static io.tallyflow.functions.Events.event;
import static io.tallyflow.functions.Events.key;
import static io.tallyflow.functions.Events.reading;
import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.Aggregating;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.functions.partition.SubjectKeys;
import io.tallyflow.schemas.event.AnEvent;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageChange;
import io.tallyflow.schemas.usage.UsageRow;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AggregateUsageTest {

    private static final long LATENESS = 10 * MINUTE;
    private static final AggregateRules RULES = rules(false);

    private final List<AutoCloseable> open = new ArrayList<>();
    private StateBackend backend = new EmbeddedRocksDBStateBackend();
    private long checkpoint;

    @AfterEach
    void closeHarnesses() throws Exception {
        for (AutoCloseable harness : open) {
            harness.close();
        }
    }

    @Test
    void writesAWindowsAbsoluteTotalWithEveryCommitThatChangedIt() throws Exception {
        var harness = started(RULES, null);
        give(harness, reading("a", "1", 10, "2"));
        give(harness, reading("a", "2", 20, "3"));
        assertThat(totals(commit(harness))).isEqualTo(Map.of("a@0", "5"));
        assertThat(totals(commit(harness))).isEmpty();
        give(harness, reading("a", "3", 30, "0.5"));
        assertThat(totals(commit(harness))).isEqualTo(Map.of("a@0", "5.5"));
    }

    @Test
    void settlesAWindowAfterTheAllowedLatenessAndForgetsIt() throws Exception {
        backend = new HashMapStateBackend(); // the one that can count its entries
        var harness = started(RULES, null);
        give(harness, reading("a", "1", 10, "2"));
        commit(harness);
        harness.processWatermark(new Watermark(MINUTE - 1 + LATENESS - 1));
        assertThat(rows(commit(harness))).isEmpty();
        assertThat(harness.numKeyedStateEntries()).isPositive();

        harness.processWatermark(new Watermark(MINUTE - 1 + LATENESS));
        assertThat(rows(commit(harness)))
                .singleElement()
                .satisfies(
                        row -> {
                            assertThat(row.settled()).isTrue();
                            assertThat(row.partial().sum()).isEqualByComparingTo("2");
                        });
        assertThat(harness.numKeyedStateEntries()).isZero();
    }

    @Test
    void countsALateReadingAsAnAdjustmentAndNamesItsMeters() throws Exception {
        var harness = started(RULES, null);
        harness.processWatermark(new Watermark(MINUTE - 1 + LATENESS));
        give(harness, reading("a", "1", 10, "2"));
        give(harness, reading("a", "2", 20, "3"));
        List<UsageChange> changes = commit(harness);
        assertThat(rows(changes)).isEmpty();
        assertThat(adjustments(changes))
                .singleElement()
                .satisfies(
                        adjustment -> {
                            assertThat(adjustment.partial().sum()).isEqualByComparingTo("5");
                            assertThat(adjustment.partial().readings()).isEqualTo(2);
                        });
        assertThat(progress(changes).counts())
                .isEqualTo(LaneCounts.inOrder(0, 0, 0, 0, 0, 0, 0, 2, 2, 0));
        assertThat(harness.getSideOutput(AggregateUsage.LATE))
                .extracting(StreamRecord::getValue)
                .extracting(LateEvent::meters)
                .containsExactly(List.of("tokens"), List.of("tokens"));
    }

    @Test
    void tellsWhatAnImportAddedFromWhatCameLate() throws Exception {
        var harness = started(RULES, null);
        harness.processWatermark(new Watermark(MINUTE - 1 + LATENESS));
        give(harness, reading("a", "1", 10, "2"));
        give(harness, imported(reading("a", "2", 20, "3")));
        give(harness, imported(reading("a", "3", 30, "4")));
        assertThat(adjustments(commit(harness)))
                .extracting(one -> one.reason() + " " + one.partial().sum())
                .containsExactlyInAnyOrder("LATE 2", "BACKFILL 7");
        assertThat(harness.getSideOutput(AggregateUsage.LAKE))
                .extracting(row -> row.getValue().adjusted())
                .filteredOn(Objects::nonNull)
                .extracting(AdjustedReading::reason)
                .containsExactly(
                        AdjustmentReason.LATE,
                        AdjustmentReason.BACKFILL,
                        AdjustmentReason.BACKFILL);
        // Where the window is open, it is like any other.
        give(harness, imported(reading("a", "4", 30 * MINUTE, "1")));
        assertThat(totals(commit(harness))).hasSize(1);
    }

    private static MeteredOrProgress imported(MeteredOrProgress reading) {
        MeteredEvent metered = Objects.requireNonNull(reading.metered());
        UsageEvent event = AnEvent.like(metered.event()).importNumber(9).build();
        return MeteredOrProgress.of(
                new MeteredEvent(event, metered.readings(), List.of(), true), reading.key());
    }

    @Test
    void namesAMeterOnceOfWhichTwoVersionsAdjustAWindow() throws Exception {
        var harness = started(RULES, null);
        harness.processWatermark(new Watermark(MINUTE - 1 + LATENESS));
        UsageEvent event = anEvent().subject("a").timeMicros(10_000).build();
        List<Reading> readings =
                List.of(
                        new Reading("tokens", "{}", 0, MINUTE, BigDecimal.ONE, null),
                        new Reading("tokens@2", "{}", 0, MINUTE, BigDecimal.TEN, null));
        give(harness, MeteredOrProgress.of(new MeteredEvent(event, readings, List.of(), true), 0));
        assertThat(adjustments(commit(harness)))
                .extracting(adjustment -> adjustment.cell().meter())
                .containsExactlyInAnyOrder("tokens", "tokens@2");
        assertThat(harness.getSideOutput(AggregateUsage.LATE))
                .extracting(StreamRecord::getValue)
                .extracting(LateEvent::meters)
                .containsExactly(List.of("tokens"));
    }

    @Test
    void doesNotMakeASettledWindowAnewAfterARestore() throws Exception {
        var before = started(RULES, null);
        give(before, reading("a", "1", 10, "30"));
        before.processWatermark(new Watermark(MINUTE + LATENESS));
        commit(before);
        OperatorSubtaskState state = before.snapshot(++checkpoint, 0);

        var after = started(RULES, state);
        give(after, reading("a", "2", 20, "1"));
        List<UsageChange> changes = commit(after);
        assertThat(rows(changes)).isEmpty();
        assertThat(adjustments(changes))
                .singleElement()
                .satisfies(a -> assertThat(a.partial().sum()).isEqualByComparingTo("1"));
        assertThat(progress(changes).watermarkMillis()).isEqualTo(MINUTE + LATENESS);
    }

    @Test
    void doesNotMakeASettledWindowAnewAfterAStartWithALongerLateness() throws Exception {
        var before = started(RULES, null);
        give(before, reading("a", "1", 10, "30"));
        give(before, reading("b", "1", MINUTE + 10, "7"));
        before.processWatermark(new Watermark(MINUTE + LATENESS));
        commit(before);
        OperatorSubtaskState state = before.snapshot(++checkpoint, 0);

        var after = started(rules(10 * LATENESS, false), state);
        give(after, reading("a", "2", 20, "1"));
        give(after, reading("b", "2", MINUTE + 20, "1"));
        List<UsageChange> changes = commit(after);
        assertThat(totals(changes)).isEqualTo(Map.of("b@" + MINUTE, "8"));
        assertThat(adjustments(changes)).hasSize(1);

        after.processWatermark(new Watermark(2 * MINUTE + LATENESS));
        give(after, reading("b", "3", MINUTE + 30, "2"));
        assertThat(totals(commit(after))).isEqualTo(Map.of("b@" + MINUTE, "10"));
        after.processWatermark(new Watermark(2 * MINUTE + 10 * LATENESS));
        assertThat(rows(commit(after))).singleElement().matches(UsageRow::settled);
        state = after.snapshot(++checkpoint, 0);

        // And back: what the longer one kept open settles at once where the shorter one has passed.
        var shorter = started(RULES, state);
        give(shorter, reading("b", "4", MINUTE + 40, "1"));
        changes = commit(shorter);
        assertThat(rows(changes)).isEmpty();
        assertThat(adjustments(changes)).hasSize(1);
    }

    @Test
    void settlesAtRestoreWhatAnotherSubtaskHadSeenBehindIt() throws Exception {
        var slow = started(RULES, null);
        give(slow, reading("a", "1", 10, "30"));
        commit(slow);
        OperatorSubtaskState slowState = slow.snapshot(++checkpoint, 0);
        var fast = started(RULES, null);
        fast.processWatermark(new Watermark(MINUTE + LATENESS));
        commit(fast);
        OperatorSubtaskState fastState = fast.snapshot(checkpoint, 0);

        OperatorSubtaskState both =
                AbstractStreamOperatorTestHarness.repackageState(slowState, fastState);
        var after =
                started(
                        RULES,
                        AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                both, MAX_PARALLELISM, 2, 1, 0));
        List<UsageChange> changes = commit(after);
        assertThat(rows(changes)).singleElement().matches(UsageRow::settled);
    }

    @Test
    void takesTheEndOfTheInputForNoMomentInEventTime() throws Exception {
        var before = started(RULES, null);
        give(before, reading("a", "1", 10, "2"));
        before.processWatermark(Watermark.MAX_WATERMARK);
        assertThat(rows(commit(before))).singleElement().matches(row -> !row.settled());
        OperatorSubtaskState state = before.snapshot(++checkpoint, 0);

        var after = started(RULES, state);
        give(after, reading("a", "2", 20, "3"));
        assertThat(totals(commit(after))).isEqualTo(Map.of("a@0", "5"));
    }

    @Test
    void writesAllOpenWindowsAgainWhenARewindAsksForIt() throws Exception {
        var before = started(RULES, null);
        give(before, reading("a", "1", 10, "2"));
        give(before, reading("b", "1", MINUTE + 10, "3"));
        commit(before);
        OperatorSubtaskState state = before.snapshot(++checkpoint, 0);

        assertThat(totals(commit(started(RULES, state)))).isEmpty();
        AggregateRules again = rules(true);
        assertThat(totals(commit(started(again, state))))
                .isEqualTo(Map.of("a@0", "2", "b@" + MINUTE, "3"));
    }

    @Test
    void losesNoReadingOfAWindowThatIsWrittenAgainAndSettlesBeforeTheBarrier() throws Exception {
        var before = started(RULES, null);
        give(before, reading("a", "1", 10, "2"));
        before.prepareSnapshotPreBarrier(++checkpoint);
        OperatorSubtaskState state = before.snapshot(checkpoint, 0);

        AggregateRules again = rules(true);
        var rewound = started(again, state);
        give(rewound, reading("a", "2", 20, "3"));
        rewound.processWatermark(new Watermark(MINUTE + LATENESS));
        assertThat(totals(commit(rewound))).isEqualTo(Map.of("a@0", "5"));
    }

    @Test
    void ignoresAReadingThatWouldLiftATotalOutOfRange() throws Exception {
        var harness = started(RULES, null);
        give(harness, reading("a", "1", 10, "99999999999999999999"));
        give(harness, reading("a", "2", 20, "1"));
        give(harness, reading("a", "3", 30, "-9"));
        List<UsageChange> changes = commit(harness);
        assertThat(totals(changes)).isEqualTo(Map.of("a@0", "99999999999999999990"));
        assertThat(progress(changes).counts().of(Count.IGNORED)).isEqualTo(1);
        assertThat(progress(changes).reasons()).isEqualTo(Map.of("ignored.TOTAL_RANGE", 1L));
    }

    @Test
    void countsGroupsBeyondTheLimitTogetherAndLosesNothing() throws Exception {
        var harness = started(limited(3), null);
        for (int i = 0; i < 10; i++) {
            give(harness, grouped("a", "m" + i % 5, i));
        }
        give(harness, grouped("b", "m9", 99));
        List<UsageChange> changes = commit(harness);
        assertThat(groups(changes))
                .isEqualTo(
                        Map.of(
                                "a{\"model\":\"m0\"}", "2",
                                "a{\"model\":\"m1\"}", "2",
                                "a{\"model\":\"m2\"}", "2",
                                "a{\"model\":\"__other__\"}", "4",
                                "b{\"model\":\"m9\"}", "1"));
        assertThat(progress(changes).reasons()).isEqualTo(Map.of("grouped.OTHER", 4L));
        assertThat(progress(changes).counts().of(Count.READINGS)).isEqualTo(11);
    }

    @Test
    void rememberThroughARestoreAndWithoutMemoryWhichGroupsHaveTheirOwn() throws Exception {
        var before = started(limited(2), null);
        give(before, grouped("a", "m0", 0));
        give(before, grouped("a", "m1", 1));
        commit(before);
        OperatorSubtaskState state = before.snapshot(++checkpoint, 0);

        for (long memory : new long[] {2, 1 << 20}) {
            var after = started(limited(2, memory), state);
            give(after, grouped("a", "m2", 2));
            give(after, grouped("a", "m1", 3));
            assertThat(groups(commit(after)))
                    .isEqualTo(
                            Map.of("a{\"model\":\"__other__\"}", "1", "a{\"model\":\"m1\"}", "2"));
        }
    }

    @Test
    void countsTheGroupsOfVeryManySubjectsInStateAnewAfterARestore() throws Exception {
        int subjects = 9_000;
        AggregateRules rules = limited(2, 2);
        var before = started(rules, null);
        for (int i = 0; i < subjects; i++) {
            give(before, grouped("s" + i, "m0", i));
            give(before, grouped("s" + i, "m1", i));
        }
        commit(before);
        OperatorSubtaskState state = before.snapshot(++checkpoint, 0);

        var after = started(rules, state);
        for (int i = 0; i < subjects; i++) {
            give(after, grouped("s" + i, "m2", subjects + i));
        }
        assertThat(progress(commit(after)).reasons())
                .isEqualTo(Map.of("grouped.OTHER", (long) subjects));
    }

    /** Some counts are in state, and all are made anew. */
    @Test
    void countsGroupsOnceThatWereCountedBeforeARestore() throws Exception {
        int subjects = 50;
        AggregateRules rules = limited(3, 2);
        var before = started(rules, null);
        for (int i = 0; i < subjects; i++) {
            give(before, grouped("s" + i, "m0", i));
            give(before, grouped("s" + i, "m1", i));
        }
        commit(before);
        OperatorSubtaskState state = before.snapshot(++checkpoint, 0);

        var after = started(rules, state);
        for (String model : List.of("m2", "m3")) {
            for (int i = 0; i < subjects; i++) {
                give(after, grouped("s" + i, model, subjects + i));
            }
        }
        assertThat(progress(commit(after)).reasons())
                .isEqualTo(Map.of("grouped.OTHER", (long) subjects));
    }

    private static AggregateRules limited(int mostGroups) {
        return limited(mostGroups, 1 << 20);
    }

    private static AggregateRules limited(int mostGroups, long memory) {
        return new AggregateRules(
                Duration.ofMillis(LATENESS), false, mostGroups, new WorkingMemory(memory));
    }

    private static MeteredOrProgress grouped(String subject, String model, int id) {
        UsageEvent event = event(subject, "id" + id, 10);
        Reading reading =
                new Reading(
                        "tokens", "{\"model\":\"" + model + "\"}", 0, MINUTE, BigDecimal.ONE, null);
        return MeteredOrProgress.of(
                new MeteredEvent(event, List.of(reading), List.of(), true), key(event));
    }

    private static Map<String, String> groups(List<UsageChange> changes) {
        return rows(changes).stream()
                .collect(
                        java.util.stream.Collectors.toMap(
                                row -> row.cell().subject() + row.cell().group(),
                                row -> row.partial().sum().toPlainString(),
                                (before, after) -> after));
    }

    @Test
    void handsOnTheProgressOfOperatorsBeforeIt() throws Exception {
        var harness = started(RULES, null);
        LaneCounts counts = LaneCounts.inOrder(3, 1, 0, 2, 0, 0, 0, 0, 0, 0);
        Progress given = Progress.of(counts, Map.of(1, 7L), Progress.NO_WATERMARK, Map.of(), 5);
        give(
                harness,
                MeteredOrProgress.of(
                        given,
                        SubjectKeys.ownKey(
                                harness.getOperator().getRuntimeContext().getTaskInfo())));
        assertThat(progress(commit(harness)).counts()).isEqualTo(counts);
    }

    @Test
    void saysEverythingWhenTheInputEndsAndNothingAfterwards() throws Exception {
        var harness = started(RULES, null);
        give(harness, reading("a", "1", 10, "2"));
        harness.getOperator().finish();
        assertThat(totals(harness.extractOutputValues())).isEqualTo(Map.of("a@0", "2"));
        harness.getOutput().clear();
        assertThat(commit(harness)).isEmpty();
    }

    private static AggregateRules rules(boolean writeOpenWindowsAgain) {
        return rules(LATENESS, writeOpenWindowsAgain);
    }

    private static AggregateRules rules(long lateness, boolean writeOpenWindowsAgain) {
        return new AggregateRules(
                Duration.ofMillis(lateness),
                writeOpenWindowsAgain,
                10_000,
                new WorkingMemory(1 << 20));
    }

    private KeyedOneInputStreamOperatorTestHarness<Integer, MeteredOrProgress, UsageChange> started(
            AggregateRules rules, OperatorSubtaskState state) throws Exception {
        var harness =
                new KeyedOneInputStreamOperatorTestHarness<Integer, MeteredOrProgress, UsageChange>(
                        new AggregateUsage(
                                Aggregating.by(Map.of("tokens", Aggregation.SUM)), rules, 1),
                        MeteredOrProgress::key,
                        Types.INT,
                        MAX_PARALLELISM,
                        1,
                        0);
        open.add(harness);
        harness.setStateBackend(backend);
        harness.getExecutionConfig().enableObjectReuse();
        harness.setup();
        if (state != null) {
            harness.initializeState(state);
        }
        harness.open();
        return harness;
    }

    private static void give(
            KeyedOneInputStreamOperatorTestHarness<Integer, MeteredOrProgress, UsageChange> harness,
            MeteredOrProgress element)
            throws Exception {
        harness.processElement(new StreamRecord<>(element));
    }

    /** What leaves ahead of the next barrier. */
    private List<UsageChange> commit(
            KeyedOneInputStreamOperatorTestHarness<Integer, MeteredOrProgress, UsageChange> harness)
            throws Exception {
        harness.prepareSnapshotPreBarrier(++checkpoint);
        List<UsageChange> changes = harness.extractOutputValues();
        harness.getOutput().clear();
        return changes;
    }

    private static List<UsageRow> rows(List<UsageChange> changes) {
        return changes.stream().map(UsageChange::row).filter(Objects::nonNull).toList();
    }

    private static List<Adjustment> adjustments(List<UsageChange> changes) {
        return changes.stream().map(UsageChange::adjustment).filter(Objects::nonNull).toList();
    }

    private static Progress progress(List<UsageChange> changes) {
        return changes.stream()
                .map(UsageChange::progress)
                .filter(Objects::nonNull)
                .reduce(Progress.NONE, Progress::plus);
    }

    private static Map<String, String> totals(List<UsageChange> changes) {
        return rows(changes).stream()
                .collect(
                        java.util.stream.Collectors.toMap(
                                row -> row.cell().subject() + "@" + row.cell().windowStartMillis(),
                                row -> row.partial().sum().toPlainString()));
    }
}
