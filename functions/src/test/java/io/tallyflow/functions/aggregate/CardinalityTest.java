package io.tallyflow.functions.aggregate;

import static io.tallyflow.functions.Events.MINUTE;
import static io.tallyflow.functions.Events.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.aggregate.WindowsRig.Read;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.util.BitSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Very many of one thing: values, groups, subjects. How many is {@code
 * -Dtallyflow.test.cardinality}; a million is worth a run when memory is counted differently.
 */
final class CardinalityTest {

    private static final int COUNT = Integer.getInteger("tallyflow.test.cardinality", 40_000);
    private static final long MEBI = 1 << 20;
    private static final long PLENTY = 1L << 40;
    private static final int MOST_GROUPS = 10_000;

    /** So few that groups are counted in every window. */
    private static final int FEW_GROUPS = 100;

    private static final int WINDOWS = 10;

    /**
     * A look for the cell, one for the count of groups, and one for the cell of all other groups;
     * then both are written. A cell and a value are read and written once more on their way into
     * rows.
     */
    private static final int MOST_ACCESSES = 8;

    private static final String OTHER = GroupText.other("{\"model\":\"a\"}");

    /** A reading may add a cell and a count before the memory is looked at. */
    private static final long SLACK = 2_000;

    @ParameterizedTest
    @ValueSource(longs = {8 * MEBI, PLENTY})
    void countsEachOfVeryManyDistinctValuesOnce(long memory) throws Exception {
        Values values = new Values();
        try (WindowsRig rig = new WindowsRig(values, memory / 2, MOST_GROUPS)) {
            rig.add(COUNT, i -> distinct(i, i));
            rig.add(COUNT, i -> distinct(COUNT + i, COUNT - 1 - i));
            rig.settle();
            assertThat(values.seen.cardinality()).isEqualTo(COUNT);
            assertThat(values.settled.cardinality()).isEqualTo(COUNT);
            assertThat(values.distinct).isEqualTo(COUNT);
            assertThat(values.readings).isEqualTo(2L * COUNT);
            assertThat(rig.windows().releases() > 0).isEqualTo(memory != PLENTY);
            assertThat(rig.mostBytes()).isLessThan(memory / 2 + SLACK);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1 * MEBI, PLENTY})
    void countsGroupsBeyondTheLimitTogetherInTheMemoryOfTheLimit(long memory) throws Exception {
        Totals totals = new Totals(MOST_GROUPS);
        Map<String, Aggregation> meters = Map.of("tokens", Aggregation.SUM);
        try (WindowsRig rig = new WindowsRig(meters, totals, memory / 2, MOST_GROUPS)) {
            rig.add(MOST_GROUPS + 1, CardinalityTest::grouped);
            long full = rig.mostBytes();
            rig.add(COUNT, CardinalityTest::grouped);
            assertThat(rig.mostBytes()).isLessThan(full + SLACK);
            rig.settle();
        }
        for (int group = 0; group < MOST_GROUPS; group++) {
            assertThat(totals.sums[group]).isEqualTo(2 * value(group));
        }
        long rest = value(MOST_GROUPS);
        for (int i = MOST_GROUPS; i < COUNT; i++) {
            rest += value(i);
        }
        assertThat(totals.other).isEqualTo(rest);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void totalsVeryManySubjectsInLittleMemory(boolean inGroups) throws Exception {
        Totals totals = new Totals(COUNT);
        try (WindowsRig rig = new WindowsRig(totals, 2 * MEBI, FEW_GROUPS)) {
            rig.add(COUNT, i -> ofSubject(i, inGroups));
            rig.add(COUNT, i -> ofSubject(COUNT - 1 - i, inGroups));
            assertThat(rig.windows().releases()).isPositive();
            assertThat(rig.mostBytes()).isLessThan(2 * MEBI + SLACK);
            assertThat(rig.accesses()).isLessThan(2L * COUNT * MOST_ACCESSES);
            rig.settle();
            assertThat(rig.windows().bytes()).isZero();
        }
        for (int subject = 0; subject < COUNT; subject++) {
            assertThat(totals.sums[subject]).isEqualTo(2 * value(subject));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20_000})
    void givesTheSameGroupsACellOfTheirOwnHoweverLittleMemoryThereIs(long memory) throws Exception {
        Random random = new Random(memory);
        int few = 7;
        try (WindowsRig little = new WindowsRig(new Totals(0), memory, few);
                WindowsRig plenty = new WindowsRig(new Totals(0), PLENTY, few)) {
            for (int i = 0; i < 5_000; i++) {
                Read read = grouped("s" + random.nextInt(20), random.nextInt(12));
                assertThat(little.add(read)).isEqualTo(plenty.add(read));
                if (random.nextInt(50) == 0) {
                    little.windows().write();
                    plenty.windows().write();
                }
            }
            assertThat(little.windows().releases()).isPositive();
            assertThat(plenty.windows().releases()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20_000, PLENTY})
    void leavesNothingInStateOrMemoryOfWindowsThatHaveSettled(long memory) throws Exception {
        Random random = new Random(memory);
        try (WindowsRig rig = new WindowsRig(new Unheard(), memory, 7)) {
            for (int i = 0; i < 3_000; i++) {
                rig.add(
                        i % 3 == 0
                                ? distinct(i, random.nextInt(400))
                                : grouped("s" + random.nextInt(20), random.nextInt(12)));
                if (random.nextInt(50) == 0) {
                    rig.windows().write();
                }
            }
            assertThat(rig.windows().releases() > 0).isEqualTo(memory != PLENTY);
            assertThat(rig.entries()).isPositive();
            rig.settle();
            assertThat(rig.entries()).isZero();
            assertThat(rig.windows().bytes()).isZero();
        }
    }

    @Test
    void countsWhatARewindTakesThatSendsAllCellsAnew() throws Exception {
        try (WindowsRig rig = new WindowsRig(new Unheard(), PLENTY, 7)) {
            for (int i = 0; i < 1_000; i++) {
                rig.add(grouped("s" + i, i % 12));
            }
            rig.windows().write();
            OpenWindows restored = rig.restored();
            long before = restored.bytes();
            restored.changeAll();
            assertThat(restored.bytes()).isGreaterThan(before);
            restored.write();
            restored.settleUntil(Long.MAX_VALUE);
            assertThat(restored.bytes()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void asksStateAFewTimesForAReadingInWhateverOrderTheyCome(Order order) throws Exception {
        int[] subjects = order.of(COUNT);
        try (WindowsRig rig = new WindowsRig(new Totals(COUNT), MEBI, FEW_GROUPS)) {
            for (int round = 0; round < 3; round++) {
                rig.add(COUNT, i -> ofSubject(subjects[i], true));
            }
            assertThat(rig.windows().releases()).isPositive();
            assertThat(rig.accesses()).isLessThan(3L * COUNT * MOST_ACCESSES);
        }
    }

    /** In which order subjects, which are in windows by turns, have their readings. */
    private enum Order {
        BY_TURNS {
            @Override
            int[] of(int count) {
                return IntStream.range(0, count).toArray();
            }
        },
        WINDOW_BY_WINDOW {
            @Override
            int[] of(int count) {
                int each = count / WINDOWS;
                return IntStream.range(0, count)
                        .map(i -> i % each * WINDOWS + i / each % WINDOWS)
                        .toArray();
            }
        },
        AT_RANDOM {
            @Override
            int[] of(int count) {
                Random random = new Random(1);
                return random.ints(count, 0, count).toArray();
            }
        };

        abstract int[] of(int count);
    }

    @Test
    void keepsToItsBoundAgainOnceTheWindowsThatLiftedItAreGone() throws Exception {
        int many = 4_000;
        Totals totals = new Totals(2 * many);
        long bound = MEBI / 2;
        try (WindowsRig rig = new WindowsRig(totals, bound, MOST_GROUPS)) {
            for (int i = 0; i < many; i++) {
                int minute = i;
                rig.add(1, any -> of(minute, minute * MINUTE));
            }
            assertThat(rig.windows().bytes()).isGreaterThan(bound);
            rig.windows().settleUntil((many - 1) * MINUTE);
            rig.windows().write();
            rig.add(many, i -> of(many + i, many * MINUTE));
            assertThat(rig.windows().bytes()).isLessThanOrEqualTo(bound);
        }
    }

    /** Each time RocksDB would walk over what was removed of all windows before. */
    @Test
    void goesThroughNoMapInStateToReleaseOrSettleOneOfManyWindows() throws Exception {
        int many = 4_000;
        try (WindowsRig rig = new WindowsRig(new Totals(many), MEBI / 2, MOST_GROUPS)) {
            for (int round = 0; round < 2; round++) {
                rig.add(many / 2, i -> of(i, i * MINUTE));
                rig.windows().write();
            }
            rig.add(many, i -> of(i, i * MINUTE));
            assertThat(rig.windows().releases()).isGreaterThan(many / 2);
            assertThat(rig.walks()).isZero();
        }
        try (WindowsRig rig = new WindowsRig(new Totals(many), PLENTY, MOST_GROUPS)) {
            rig.add(many, i -> of(i, i * MINUTE));
            rig.windows().write();
            rig.settle();
            assertThat(rig.windows().size()).isZero();
            assertThat(rig.walks()).isZero();
        }
    }

    private static Read of(int subject, long start) {
        return new Read(
                event(Integer.toString(subject), "e", start),
                new Reading(
                        "tokens",
                        GroupText.NONE,
                        start,
                        start + MINUTE,
                        BigDecimal.valueOf(value(subject)),
                        null));
    }

    private static long value(int number) {
        return number % 97 + 1;
    }

    private static Read distinct(int id, int value) {
        return new Read(
                event("a", "e" + id, 0),
                new Reading("users", GroupText.NONE, 0, MINUTE, null, "v" + value));
    }

    private static Read grouped(int group) {
        return grouped("a", group);
    }

    private static Read grouped(String subject, int group) {
        return new Read(
                event(subject, "e" + group, 0),
                new Reading(
                        "tokens",
                        "{\"model\":\"" + group + "\"}",
                        0,
                        MINUTE,
                        BigDecimal.valueOf(value(group)),
                        null));
    }

    private static Read ofSubject(int subject, boolean inGroup) {
        long start = subject % WINDOWS * MINUTE;
        return new Read(
                event(Integer.toString(subject), "e", start),
                new Reading(
                        "tokens",
                        inGroup ? "{\"model\":\"a\"}" : GroupText.NONE,
                        start,
                        start + MINUTE,
                        BigDecimal.valueOf(value(subject)),
                        null));
    }

    /** Counts what it hears of distinct values. */
    private static final class Values implements WindowOutput {

        private final BitSet seen = new BitSet();
        private final BitSet settled = new BitSet();
        private long readings;
        private long distinct;

        @Override
        public void row(int key, KnownCell cell, boolean settled) {
            readings = cell.partial().readings();
        }

        @Override
        public void value(DistinctValue value) {
            markNew(seen, value);
        }

        @Override
        public void settled(UsageCell cell, UsagePartial partial, long distinctValues) {
            distinct = distinctValues;
        }

        @Override
        public void settledValue(DistinctValue value) {
            markNew(settled, value);
        }

        private static void markNew(BitSet all, DistinctValue value) {
            int number = Integer.parseInt(value.text().substring(1));
            assertThat(all.get(number)).as(value.text()).isFalse();
            all.set(number);
        }
    }

    /** Keeps the last word of every subject, or of every group of the only one. */
    private static final class Totals implements WindowOutput {

        private final long[] sums;
        private long other;

        Totals(int count) {
            this.sums = new long[count];
        }

        @Override
        public void row(int key, KnownCell cell, boolean settled) {}

        @Override
        public void value(DistinctValue value) {
            throw new AssertionError(value);
        }

        @Override
        public void settled(UsageCell cell, UsagePartial partial, long distinctValues) {
            long sum = Objects.requireNonNull(partial.sum()).longValueExact();
            if (cell.group().equals(OTHER)) {
                assertThat(other).isZero();
                other = sum;
            } else {
                int number = Integer.parseInt(nameOf(cell));
                assertThat(sums[number]).as(cell.toString()).isZero();
                sums[number] = sum;
            }
        }

        private static String nameOf(UsageCell cell) {
            return cell.subject().equals("a") ? cell.group().split("\"")[3] : cell.subject();
        }

        @Override
        public void settledValue(DistinctValue value) {
            throw new AssertionError(value);
        }
    }
}
