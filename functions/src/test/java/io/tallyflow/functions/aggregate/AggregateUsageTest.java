package io.tallyflow.functions.aggregate;

import static io.tallyflow.functions.Events.MINUTE;
import static io.tallyflow.functions.Events.reading;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.UsageChange;
import io.tallyflow.schemas.usage.UsageRow;
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
    private static final AggregateRules RULES =
            new AggregateRules(Duration.ofMillis(LATENESS), false);
    private static final int MAX_PARALLELISM = 8;

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
        assertThat(harness.numEventTimeTimers()).isEqualTo(1);

        harness.processWatermark(new Watermark(MINUTE - 1 + LATENESS));
        assertThat(rows(commit(harness)))
                .singleElement()
                .satisfies(
                        row -> {
                            assertThat(row.settled()).isTrue();
                            assertThat(row.partial().sum()).isEqualByComparingTo("2");
                        });
        assertThat(harness.numEventTimeTimers()).isZero();
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
                .isEqualTo(new LaneCounts(0, 0, 0, 0, 0, 0, 0, 2, 2, 0));
        assertThat(harness.getSideOutput(AggregateUsage.LATE))
                .extracting(StreamRecord::getValue)
                .extracting(LateEvent::meters)
                .containsExactly(List.of("tokens"), List.of("tokens"));
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
        assertThat(after.numEventTimeTimers()).isZero();
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
        AggregateRules again = new AggregateRules(Duration.ofMillis(LATENESS), true);
        assertThat(totals(commit(started(again, state))))
                .isEqualTo(Map.of("a@0", "2", "b@" + MINUTE, "3"));
    }

    @Test
    void losesNoReadingOfAWindowThatIsWrittenAgainAndSettlesBeforeTheBarrier() throws Exception {
        var before = started(RULES, null);
        give(before, reading("a", "1", 10, "2"));
        before.prepareSnapshotPreBarrier(++checkpoint);
        OperatorSubtaskState state = before.snapshot(checkpoint, 0);

        AggregateRules again = new AggregateRules(Duration.ofMillis(LATENESS), true);
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
        assertThat(progress(changes).counts().ignored()).isEqualTo(1);
        assertThat(progress(changes).reasons()).isEqualTo(Map.of("ignored.TOTAL_RANGE", 1L));
    }

    @Test
    void handsOnTheProgressOfOperatorsBeforeIt() throws Exception {
        var harness = started(RULES, null);
        LaneCounts counts = new LaneCounts(3, 1, 0, 2, 0, 0, 0, 0, 0, 0);
        Progress given = new Progress(counts, Map.of(1, 7L), Progress.NO_WATERMARK, Map.of());
        give(harness, MeteredOrProgress.of(given, "\u00010"));
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

    private KeyedOneInputStreamOperatorTestHarness<String, MeteredOrProgress, UsageChange> started(
            AggregateRules rules, OperatorSubtaskState state) throws Exception {
        var harness =
                new KeyedOneInputStreamOperatorTestHarness<String, MeteredOrProgress, UsageChange>(
                        new AggregateUsage(rules),
                        MeteredOrProgress::key,
                        Types.STRING,
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
            KeyedOneInputStreamOperatorTestHarness<String, MeteredOrProgress, UsageChange> harness,
            MeteredOrProgress element)
            throws Exception {
        harness.processElement(new StreamRecord<>(element));
    }

    /** What leaves ahead of the next barrier. */
    private List<UsageChange> commit(
            KeyedOneInputStreamOperatorTestHarness<String, MeteredOrProgress, UsageChange> harness)
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
