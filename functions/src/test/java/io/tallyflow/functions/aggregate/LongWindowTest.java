package io.tallyflow.functions.aggregate;

import static io.tallyflow.functions.Events.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.Aggregating;
import io.tallyflow.functions.Events;
import io.tallyflow.functions.KeyedSubtasks;
import io.tallyflow.functions.KeyedSubtasks.Snapshot;
import io.tallyflow.functions.aggregate.WindowsRig.Read;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageChange;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A day of distinct values with very many barriers. {@code -Dtallyflow.test.barriers=86400} is one
 * a second.
 */
final class LongWindowTest {

    private static final int BARRIERS = Integer.getInteger("tallyflow.test.barriers", 3_000);
    private static final int VALUES_PER_BARRIER = 5;
    private static final int VALUES = BARRIERS * VALUES_PER_BARRIER;
    private static final int RESTORED_BARRIERS = 100;
    private static final int SUBJECTS = 12;
    private static final long DAY = 86_400_000L;
    private static final long PLENTY = 1L << 40;

    /** Small blocks of three sizes, less than fifteen each, the window and its cells. */
    private static final int MOST_SMALL_ENTRIES = 3 * 15 + 1 + 64 + 3;

    /** A large block holds this many of the values here, at least. */
    private static final int VALUES_OF_LARGE = (1 << 16) / 32;

    @Test
    void keepsFewBlocksOfDistinctValuesHoweverManyBarriersThereAre() throws Exception {
        Heard heard = new Heard();
        try (WindowsRig rig = new WindowsRig(heard, PLENTY, Integer.MAX_VALUE)) {
            int mostEntries = MOST_SMALL_ENTRIES + VALUES / VALUES_OF_LARGE;
            for (int barrier = 0; barrier < BARRIERS; barrier++) {
                give(rig, barrier);
                if (barrier % 100 == 0) {
                    assertThat(rig.entries()).isLessThanOrEqualTo(mostEntries);
                }
            }
            assertThat(rig.entries()).isLessThanOrEqualTo(mostEntries);
            assertThat(rig.windows().bytes()).isLessThan(64L * VALUES + 10_000);
            long before = rig.accesses();
            rig.settle();
            assertThat(rig.accesses() - before).isLessThan(3L * mostEntries);
            assertThat(rig.entries()).isZero();
            assertThat(rig.windows().bytes()).isZero();
        }
        assertThat(heard.values.cardinality()).isEqualTo(VALUES);
        assertThat(heard.settledValues.cardinality()).isEqualTo(VALUES);
        assertThat(heard.distinct).isEqualTo(VALUES);
    }

    /** Large and small by turns: no order of arrival leaves small blocks behind. */
    @Test
    void keepsFewBlocksThatAreOfDifferentSizes() throws Exception {
        Heard heard = new Heard();
        int barriers = 300;
        int burst = 300;
        try (WindowsRig rig = new WindowsRig(heard, PLENTY, Integer.MAX_VALUE)) {
            int next = 0;
            for (int barrier = 0; barrier < barriers; barrier++) {
                for (int i = 0; i < (barrier % 2 == 0 ? 1 : burst); i++) {
                    rig.add(distinct(next, next));
                    next++;
                }
                rig.windows().write();
            }
            assertThat(rig.entries())
                    .isLessThanOrEqualTo(MOST_SMALL_ENTRIES + next / VALUES_OF_LARGE);
            rig.settle();
            assertThat(rig.entries()).isZero();
            assertThat(heard.settledValues.cardinality()).isEqualTo(next);
        }
    }

    /** Each restore finds blocks of all sizes, those that were joined among them. */
    @Test
    void knowsItsValuesAgainAfterRestoresWithMoreAndFewerSubtasks() throws Exception {
        Set<DistinctValue> seen = new HashSet<>();
        Snapshot state = null;
        int checkpoint = 0;
        for (int parallelism : new int[] {2, 3, 1, 8}) {
            try (var subtasks = subtasks(parallelism, state)) {
                for (int barrier = 0; barrier < RESTORED_BARRIERS; barrier++) {
                    for (int subject = 0; subject < SUBJECTS; subject++) {
                        // Half of the values of each barrier were seen in the two before it.
                        subtasks.give(users("s" + subject, checkpoint / 2 + barrier % 2));
                        subtasks.give(users("s" + subject, checkpoint + 1_000_000));
                    }
                    AggregateSaid said = AggregateSaid.until(++checkpoint, subtasks);
                    for (DistinctValue value : said.values()) {
                        assertThat(seen.add(value)).as("%s is new", value).isTrue();
                    }
                }
                state = subtasks.snapshot(checkpoint);
            }
        }
        try (var subtasks = subtasks(2, state)) {
            subtasks.advance(2 * DAY);
            Map<String, Integer> lake = AggregateSaid.until(++checkpoint, subtasks).lake();
            assertThat(seen).hasSize(SUBJECTS * valuesUntil(checkpoint - 1));
            for (DistinctValue value : seen) {
                assertThat(lake).containsEntry(LakeRow.of(value).toString(), 1);
            }
        }
    }

    /** How many different values a subject had. */
    private static int valuesUntil(int barriers) {
        Set<Integer> values = new HashSet<>();
        for (int barrier = 0; barrier < barriers; barrier++) {
            values.add(barrier / 2 + barrier % RESTORED_BARRIERS % 2);
            values.add(barrier + 1_000_000);
        }
        return values.size();
    }

    private static KeyedSubtasks<Integer, MeteredOrProgress, UsageChange> subtasks(
            int parallelism, @Nullable Snapshot from) throws Exception {
        AggregateRules rules =
                new AggregateRules(
                        Duration.ZERO, false, Integer.MAX_VALUE, new WorkingMemory(PLENTY));
        return new KeyedSubtasks<>(
                () ->
                        new AggregateUsage(
                                Aggregating.by(Map.of("users", Aggregation.UNIQUE_COUNT)),
                                rules,
                                1),
                MeteredOrProgress::key,
                Types.INT,
                parallelism,
                from);
    }

    private static MeteredOrProgress users(String subject, int value) {
        UsageEvent event = event(subject, "e", 0);
        Reading reading = new Reading("users", GroupText.NONE, 0, DAY, null, "v" + value);
        return MeteredOrProgress.of(
                new MeteredEvent(event, List.of(reading), List.of(), true), Events.key(event));
    }

    private static void give(WindowsRig rig, int barrier) throws Exception {
        for (int i = 0; i < VALUES_PER_BARRIER; i++) {
            int value = barrier * VALUES_PER_BARRIER + i;
            rig.add(distinct(value, value));
            rig.add(distinct(VALUES + value, value / 2));
        }
        rig.windows().write();
    }

    private static Read distinct(int id, int value) {
        return new Read(
                event("a", "e" + id, 0),
                new Reading("users", GroupText.NONE, 0, DAY, null, "v" + value));
    }

    /** Counts what it hears of distinct values. */
    private static final class Heard implements WindowOutput {

        private final BitSet values = new BitSet();
        private final BitSet settledValues = new BitSet();
        private long distinct;

        @Override
        public void row(int key, KnownCell cell, boolean settled) {}

        @Override
        public void value(DistinctValue value) {
            note(values, value);
        }

        @Override
        public void settled(UsageCell cell, UsagePartial partial, long distinctValues) {
            distinct = distinctValues;
        }

        @Override
        public void settledValue(DistinctValue value) {
            note(settledValues, value);
        }

        private static void note(BitSet all, DistinctValue value) {
            int number = Integer.parseInt(value.text().substring(1));
            assertThat(all.get(number)).as(value.text()).isFalse();
            all.set(number);
        }
    }
}
