package io.tallyflow.functions.deduplicate;

import static io.tallyflow.functions.Events.event;
import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.Events;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.schemas.event.AnEvent;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DeduplicateTest {

    private static final Definitions DEFINITIONS = new Definitions(5, List.of());

    private static final long DAY = Duration.ofDays(1).toMillis();

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeHarnesses() throws Exception {
        for (AutoCloseable harness : open) {
            harness.close();
        }
    }

    @Test
    void keepsTheFirstOfEqualIdentitiesWhateverTimeTheyCarry() throws Exception {
        var harness = started(null);
        give(harness, event("a", "1", 1_000));
        for (int copy = 1; copy < 1000; copy++) {
            give(harness, event("a", "1", 1_000 + copy * 10_000L));
        }
        assertThat(ids(harness)).containsExactly("1");
        assertThat(counts(harness).of(Count.DUPLICATE)).isEqualTo(999);
    }

    @Test
    void keepsEventsApartThatDifferInSubjectSourceOrId() throws Exception {
        var harness = started(null);
        give(harness, anEvent().subject("s").source("a-b").id("c").type("t").build());
        give(harness, anEvent().subject("s").source("a").id("b-c").type("t").at(0, 1).build());
        give(harness, anEvent().subject("s2").source("a").id("b-c").type("t").at(0, 2).build());
        assertThat(ids(harness)).containsExactly("c", "b-c", "b-c");
    }

    @Test
    void callsOtherDataOrAnotherTypeAConflictAndTellsBothHashes() throws Exception {
        var harness = started(null);
        give(harness, event("a", "1", 0, 0, "{\"v\":5}"));
        give(harness, event("a", "1", 0, 0, "{\"v\":7}"));
        give(harness, event("a", "1", 0, 0, "{\"v\": 5}"));
        give(harness, event("a", "1", 0, 0, null));
        give(harness, event("a", "1", 0, 0, "{\"v\":5}"));
        assertThat(ids(harness)).containsExactly("1");
        assertThat(counts(harness)).isEqualTo(LaneCounts.inOrder(0, 0, 0, 1, 3, 0, 0, 0, 0, 0));
        assertThat(harness.getSideOutput(Deduplicate.CONFLICT))
                .extracting(StreamRecord::getValue)
                .hasSize(3)
                .extracting(RejectedRecord::reason)
                .containsOnly("CONFLICT");
        RejectedRecord first =
                harness.getSideOutput(Deduplicate.CONFLICT).iterator().next().getValue();
        assertThat(first.firstContentHash()).isNotEqualTo(first.contentHash()).hasSize(12);
    }

    @Test
    void callsAnEventStaleThatIsFurtherBeforeItsKafkaTimeThanTheHorizon() throws Exception {
        var harness = started(null);
        long now = 400 * DAY;
        give(harness, event("a", "edge", now - 32 * DAY, now, null));
        give(harness, event("a", "over", now - 32 * DAY - 1, now, null));
        assertThat(ids(harness)).containsExactly("edge");
        assertThat(counts(harness).of(Count.STALE)).isEqualTo(1);
        assertThat(harness.getSideOutput(Deduplicate.STALE))
                .extracting(record -> record.getValue().event().id())
                .containsExactly("over");
        assertThat(harness.getSideOutput(Deduplicate.STALE))
                .extracting(record -> record.getValue().reason())
                .containsOnly(LateEvent.Reason.STALE);
    }

    @Test
    void countsAnImportedEventHoweverOldOnce() throws Exception {
        var harness = started(null);
        long now = 400 * DAY;
        UsageEvent old = event("a", "old", now - 300 * DAY, now, null);
        give(harness, imported(old, 3));
        give(harness, imported(old, 3));
        give(harness, imported(old, 4));
        give(harness, event("a", "old", now - 300 * DAY, now - 299 * DAY, null));
        assertThat(ids(harness)).containsExactly("old");
        assertThat(harness.getSideOutput(Deduplicate.LAKE).iterator().next().getValue().accepted())
                .isNotNull()
                .extracting(UsageEvent::importNumber)
                .isEqualTo(3L);
        assertThat(counts(harness)).isEqualTo(LaneCounts.inOrder(0, 0, 0, 3, 0, 0, 0, 0, 0, 0));
        // Without a mark it is what it would have been.
        give(harness, old);
        assertThat(counts(harness).of(Count.STALE)).isEqualTo(1);
    }

    @Test
    void takesAnImportedEventForACopyOfWhateverIsRemembered() throws Exception {
        var harness = started(null);
        long first = 100 * DAY;
        give(harness, event("a", "1", first, first, null));
        give(harness, event("a", "2", first, first, "{\"v\":5}"));
        // Further back than a copy of an ordinary one would be recognised by.
        long later = first + 39 * DAY;
        give(harness, imported(event("a", "1", first, later, null), 1));
        give(harness, imported(event("a", "2", first, later, "{\"v\":6}"), 1));
        assertThat(ids(harness)).containsExactly("1", "2");
        assertThat(counts(harness)).isEqualTo(LaneCounts.inOrder(0, 0, 0, 1, 1, 0, 0, 0, 0, 0));
    }

    private static UsageEvent imported(UsageEvent event, long importNumber) {
        return AnEvent.like(event).importNumber(importNumber).build();
    }

    @Test
    void decidesByStoredKafkaTimesHowLongAnIdentityIsRemembered() throws Exception {
        var harness = started(null);
        long first = 100 * DAY;
        give(harness, event("a", "1", first, first, null));
        give(harness, event("a", "1", first + 33 * DAY, first + 33 * DAY, null));
        assertThat(ids(harness)).containsExactly("1");
        give(harness, event("a", "1", first + 33 * DAY + 1, first + 33 * DAY + 1, null));
        assertThat(ids(harness)).containsExactly("1", "1");
        give(harness, event("a", "1", first, first, null));
        assertThat(counts(harness).of(Count.DUPLICATE)).isEqualTo(2);
    }

    @Test
    void remembersThroughARestoreAndForgetsWhenTheTimeToLiveIsOver() throws Exception {
        var before = started(null);
        give(before, event("a", "1", 0));
        before.prepareSnapshotPreBarrier(1);
        OperatorSubtaskState state = before.snapshot(1, 0);

        var soon = startedAt(40 * DAY - 1, state);
        give(soon, event("a", "1", 0));
        assertThat(ids(soon)).isEmpty();

        var late = startedAt(40 * DAY, state);
        give(late, event("a", "1", 0));
        assertThat(ids(late)).containsExactly("1");
    }

    @Test
    void countsNoCopyTwiceUnderALongerHorizon() throws Exception {
        var before = startedAt(0, null, rules(2));
        give(before, event("a", "old", 0));
        at(before, 4 * DAY);
        give(before, event("a", "young", 4 * DAY));
        before.prepareSnapshotPreBarrier(1);
        OperatorSubtaskState state = before.snapshot(1, 0);

        var longer = startedAt(4 * DAY, state, rules(10));
        give(longer, event("a", "old", 0, 4 * DAY, "{\"tokens\":1}"));
        give(longer, event("a", "young", 4 * DAY, 9 * DAY, "{\"tokens\":1}"));
        assertThat(ids(longer)).isEmpty();
        assertThat(counts(longer)).isEqualTo(LaneCounts.inOrder(0, 0, 0, 1, 0, 1, 0, 0, 0, 0));
        give(longer, event("a", "new", 5 * DAY, 10 * DAY, null));
        assertThat(ids(longer)).containsExactly("new");
    }

    @Test
    void countsNoCopyTwiceWhenMoreSubtasksStartWithALongerHorizon() throws Exception {
        var before = startedAt(0, null, rules(2));
        at(before, 4 * DAY);
        OperatorSubtaskState state = before.snapshot(1, 0);
        List<UsageEvent> copies = new ArrayList<>();
        for (int subject = 0; subject < 20; subject++) {
            copies.add(event("s" + subject, "old", 0, 4 * DAY, null));
        }
        int stale = 0;
        for (int subtask = 0; subtask < 3; subtask++) {
            var longer =
                    startedAt(
                            4 * DAY,
                            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                    state, Events.MAX_PARALLELISM, 1, 3, subtask),
                            rules(10),
                            3,
                            subtask);
            for (UsageEvent copy : copies) {
                if (subtaskOf(copy, 3) == subtask) {
                    give(longer, copy);
                }
            }
            assertThat(ids(longer)).isEmpty();
            stale += longer.getSideOutput(Deduplicate.STALE).size();
        }
        assertThat(stale).isEqualTo(20);
    }

    private static int subtaskOf(UsageEvent event, int parallelism) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                Events.key(event), Events.MAX_PARALLELISM, parallelism);
    }

    @Test
    void stampsAcceptedEventsWithTheNewestRequestThatTheyAreCountedBy() throws Exception {
        var harness = started(null);
        give(harness, event("a", "1", 0));
        harness.processElement(definitions(8));
        give(harness, event("a", "2", 0));
        harness.processElement(definitions(7));
        harness.processElement(definitions(8));
        give(harness, event("a", "3", 0));
        give(harness, event("a", "3", 0));
        assertThat(stamps(harness)).containsExactly(5L, 8L, 8L);
        assertThat(
                        harness.extractOutputValues().stream()
                                .map(EventOrProgress::definitions)
                                .filter(Objects::nonNull)
                                .map(PackedDefinitions::request))
                .as("each goes on once, between the same two events")
                .containsExactly(8L);
        // The job's graph is older than what came since.
        var restored = started(harness.snapshot(1, 1));
        give(restored, event("a", "4", 0));
        assertThat(stamps(restored)).containsExactly(8L);
    }

    @Test
    void countsByWhatAllSubtasksHaveWhenOneIsAdded() throws Exception {
        var harness = started(null);
        harness.processElement(definitions(8));
        OperatorSubtaskState state = harness.snapshot(1, 1);
        for (int subtask = 0; subtask < 2; subtask++) {
            var one =
                    startedAt(
                            0,
                            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                    state, Events.MAX_PARALLELISM, 1, 2, subtask),
                            DedupeRules.defaults(),
                            2,
                            subtask);
            UsageEvent event = of(subtask);
            give(one, event);
            assertThat(stamps(one)).as("subtask %d", subtask).containsExactly(8L);
        }
    }

    private static StreamRecord<EventOrProgress> definitions(long request) {
        return new StreamRecord<>(
                EventOrProgress.of(PackedDefinitions.of(new Definitions(request, List.of())), 0));
    }

    private static List<Long> stamps(
            KeyedOneInputStreamOperatorTestHarness<Integer, EventOrProgress, EventOrProgress>
                    harness) {
        return harness.getSideOutput(Deduplicate.LAKE).stream()
                .map(row -> row.getValue().definitions())
                .toList();
    }

    private static UsageEvent of(int subtask) {
        for (int i = 0; ; i++) {
            UsageEvent event = event("s" + i, "1", 0);
            if (subtaskOf(event, 2) == subtask) {
                return event;
            }
        }
    }

    @Test
    void handsProgressOn() throws Exception {
        var harness = started(null);
        Progress given =
                Progress.of(
                        LaneCounts.inOrder(5, 0, 0, 0, 0, 0, 5, 0, 0, 0),
                        java.util.Map.of(3, 5L),
                        Progress.NO_WATERMARK,
                        java.util.Map.of(),
                        Progress.NO_EVENT);
        harness.processElement(new StreamRecord<>(EventOrProgress.of(given, 2)));
        assertThat(harness.extractOutputValues())
                .singleElement()
                .matches(element -> given.equals(element.progress()));
    }

    /** Nothing is kept for outages. */
    private static DedupeRules rules(long horizonDays) {
        return new DedupeRules(
                Duration.ofDays(horizonDays),
                Duration.ofDays(1),
                Duration.ZERO,
                WorkingMemory.SHARE_OF_HEAP);
    }

    private KeyedOneInputStreamOperatorTestHarness<Integer, EventOrProgress, EventOrProgress>
            started(OperatorSubtaskState state) throws Exception {
        return startedAt(0, state);
    }

    private KeyedOneInputStreamOperatorTestHarness<Integer, EventOrProgress, EventOrProgress>
            startedAt(long nowMillis, OperatorSubtaskState state) throws Exception {
        return startedAt(nowMillis, state, DedupeRules.defaults());
    }

    private KeyedOneInputStreamOperatorTestHarness<Integer, EventOrProgress, EventOrProgress>
            startedAt(long nowMillis, OperatorSubtaskState state, DedupeRules rules)
                    throws Exception {
        return startedAt(nowMillis, state, rules, 1, 0);
    }

    /** What has outlived its time at the start is not there. */
    private KeyedOneInputStreamOperatorTestHarness<Integer, EventOrProgress, EventOrProgress>
            startedAt(
                    long nowMillis,
                    OperatorSubtaskState state,
                    DedupeRules rules,
                    int parallelism,
                    int subtask)
                    throws Exception {
        var harness =
                new KeyedOneInputStreamOperatorTestHarness<
                        Integer, EventOrProgress, EventOrProgress>(
                        new Deduplicate(rules, DEFINITIONS),
                        EventOrProgress::key,
                        Types.INT,
                        Events.MAX_PARALLELISM,
                        parallelism,
                        subtask);
        open.add(harness);
        at(harness, nowMillis);
        harness.setStateBackend(new EmbeddedRocksDBStateBackend());
        harness.setup();
        if (state != null) {
            harness.initializeState(state);
        }
        harness.open();
        return harness;
    }

    private static void at(
            KeyedOneInputStreamOperatorTestHarness<Integer, EventOrProgress, EventOrProgress>
                    harness,
            long nowMillis)
            throws Exception {
        harness.setStateTtlProcessingTime(nowMillis);
        harness.setProcessingTime(nowMillis);
    }

    private static void give(
            KeyedOneInputStreamOperatorTestHarness<Integer, EventOrProgress, EventOrProgress>
                    harness,
            UsageEvent event)
            throws Exception {
        harness.processElement(new StreamRecord<>(EventOrProgress.of(event, Events.key(event))));
    }

    private static List<String> ids(
            KeyedOneInputStreamOperatorTestHarness<Integer, EventOrProgress, EventOrProgress>
                    harness) {
        return harness.extractOutputValues().stream()
                .map(EventOrProgress::event)
                .filter(Objects::nonNull)
                .map(UsageEvent::id)
                .toList();
    }

    private static LaneCounts counts(
            KeyedOneInputStreamOperatorTestHarness<Integer, EventOrProgress, EventOrProgress>
                    harness)
            throws Exception {
        harness.prepareSnapshotPreBarrier(1);
        return harness.extractOutputValues().stream()
                .map(EventOrProgress::progress)
                .filter(Objects::nonNull)
                .map(Progress::counts)
                .reduce(LaneCounts.ZERO, LaneCounts::plus);
    }
}
