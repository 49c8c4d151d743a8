package io.tallyflow.functions.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.functions.memory.WorkingMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Beside a model that remembers everything, under a memory that lets go as soon as it may. */
final class HorizonInForceTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long DAY = 24 * HOUR;
    private static final Duration AHEAD = Duration.ofDays(1);
    private static final long START = 20_000 * DAY;

    @Property(tries = 3_000)
    void countsNothingTwiceWhateverHorizonsFollowEachOther(@ForAll long seed) {
        Pipeline pipeline = new Pipeline(new Random(seed));
        for (int i = 0; i < 400; i++) {
            pipeline.step();
        }
    }

    @Test
    void holdsTheWholeHorizonFromAFreshStartOn() {
        HorizonInForce horizon = HorizonInForce.fresh(rules(2, 7), START);
        assertThat(reachDays(horizon, START - 700 * DAY)).isEqualTo(2);
        assertThat(reachDays(restart(horizon, START + 300 * DAY, 2), START)).isEqualTo(2);
    }

    @Test
    void lengthensAtOnceWhileNothingWasForgotten() {
        HorizonInForce horizon = HorizonInForce.fresh(rules(2, 7), START);
        HorizonInForce longer = restart(horizon, START + 9 * DAY - 1, 60);
        assertThat(longer.grows()).isFalse();
        assertThat(reachDays(longer, START + 9 * DAY)).isEqualTo(60);
    }

    /** Of ten days that are kept, clocks may take one. What counted a day later came a day ago. */
    @Test
    void growsFromWhatIsRememberedByADayEachDay() {
        HorizonInForce horizon = HorizonInForce.fresh(rules(2, 7), START);
        long changed = START + 100 * DAY;
        HorizonInForce longer = restart(horizon, changed, 30);
        assertThat(longer.grows()).isTrue();
        assertThat(reachDays(longer, changed)).isEqualTo(8);
        assertThat(reachDays(longer, changed + 5 * DAY)).isEqualTo(13);
        assertThat(reachDays(longer, changed + 22 * DAY)).isEqualTo(30);
        assertThat(reachDays(longer, changed + 50 * DAY)).isEqualTo(30);
        assertThat(reachDays(longer, changed - 20 * DAY)).as("replayed").isEqualTo(2);
        HorizonInForce again = restart(longer, changed + 5 * DAY, 30);
        assertThat(reachDays(again, changed + 5 * DAY)).isEqualTo(13);
    }

    @Test
    void lengthensAgainWhileStillFilling() {
        HorizonInForce horizon = HorizonInForce.fresh(rules(2, 0), START);
        long changed = START + 100 * DAY;
        HorizonInForce longer = restart(horizon, changed, 10);
        HorizonInForce longest = restart(longer, changed + 4 * DAY, 30);
        assertThat(reachDays(longest, changed + 4 * DAY)).isEqualTo(5);
        assertThat(reachDays(longest, changed + 28 * DAY)).isEqualTo(29);
        assertThat(reachDays(longest, changed + 40 * DAY)).isEqualTo(30);
    }

    @Test
    void forgetsWhatAShorterHorizonLetGo() {
        HorizonInForce horizon = HorizonInForce.fresh(rules(30, 0), START);
        long changed = START + 100 * DAY;
        HorizonInForce shorter = restart(horizon, changed, 2);
        assertThat(shorter.grows()).isFalse();
        assertThat(reachDays(shorter, changed)).isEqualTo(2);
        HorizonInForce longer = restart(shorter, changed + HOUR, 30);
        assertThat(reachDays(longer, changed + HOUR)).isEqualTo(2);
        assertThat(reachDays(longer, changed + HOUR + 10 * DAY)).isEqualTo(11);
    }

    @Test
    void believesTheSubtaskThatForgotMost() {
        HorizonInForce horizon = HorizonInForce.fresh(rules(2, 0), START);
        byte[] less = horizon.toBytes(START + 20 * DAY);
        byte[] most = horizon.toBytes(START + 40 * DAY);
        for (List<byte[]> all : List.of(List.of(less, most), List.of(most, less))) {
            HorizonInForce longer = HorizonInForce.restored(rules(30, 0), all);
            assertThat(reachDays(longer, START + 50 * DAY)).isEqualTo(11);
        }
    }

    @Test
    void refusesStateThatDoesNotSay() {
        assertThatThrownBy(() -> HorizonInForce.restored(rules(2, 0), List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not say since when");
        byte[] bytes = HorizonInForce.fresh(rules(2, 0), START).toBytes(START);
        byte[] other = HorizonInForce.fresh(rules(3, 0), START).toBytes(START);
        assertThatThrownBy(() -> HorizonInForce.restored(rules(2, 0), List.of(bytes, other)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("subtasks remember differently");
        bytes[0] = 9;
        assertThatThrownBy(() -> HorizonInForce.restored(rules(2, 0), List.of(bytes)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("format 9");
    }

    private static HorizonInForce restart(HorizonInForce before, long nowMillis, long days) {
        return HorizonInForce.restored(rules(days, 0), List.of(before.toBytes(nowMillis)));
    }

    private static DedupeRules rules(long horizonDays, long outageDays) {
        return new DedupeRules(
                Duration.ofDays(horizonDays),
                AHEAD,
                Duration.ofDays(outageDays),
                WorkingMemory.SHARE_OF_HEAP);
    }

    /** How many whole days an event may lie before its Kafka time and still count. */
    private static long reachDays(HorizonInForce horizon, long kafkaTimeMillis) {
        long days = 0;
        while (!horizon.isStale((kafkaTimeMillis - (days + 1) * DAY) * 1_000, kafkaTimeMillis)) {
            days++;
        }
        return days;
    }

    /**
     * Some subtasks with events, copies that are not changed, barriers, crashes, and starts with
     * other rules. Records lag, and clocks are apart, by less than state is kept for outages.
     */
    private static final class Pipeline {

        private static final long SLACK = 3 * HOUR;

        private final Random random;
        private long now = START;
        private DedupeRules rules = rules(1, 1);
        private List<HorizonInForce> subtasks = new ArrayList<>();
        private List<Event> events = new ArrayList<>();
        private List<byte[]> savedHorizons = List.of();
        private List<Event> savedEvents = List.of();
        private long shortestHorizon = Long.MAX_VALUE;

        /**
         * @param letGo whether memory has dropped it, which the model has not
         */
        private record Event(long time, long kafkaTime, long putMillis, boolean letGo) {}

        Pipeline(Random random) {
            this.random = random;
            change();
            for (int i = 0; i <= random.nextInt(3); i++) {
                subtasks.add(HorizonInForce.fresh(rules, now + random.nextLong(HOUR)));
            }
            barrier();
        }

        void step() {
            int dice = random.nextInt(100);
            if (dice < 40) {
                advance(random.nextLong(1 + random.nextLong(3 * DAY)));
            } else if (dice < 65) {
                first();
            } else if (dice < 92) {
                copy();
            } else if (dice < 96) {
                barrier();
            } else {
                start(dice > 96);
            }
        }

        private void advance(long millis) {
            now += millis;
            long timeToLive = rules.timeToLive().toMillis();
            events.replaceAll(
                    event ->
                            event.putMillis + timeToLive > now
                                    ? event
                                    : new Event(
                                            event.time, event.kafkaTime, event.putMillis, true));
        }

        private void first() {
            long kafka = kafkaTime();
            long time = kafka + AHEAD.toMillis() - random.nextLong(20 * DAY);
            if (isCounted(time, kafka)) {
                events.add(new Event(time, kafka, now, false));
            }
        }

        private void copy() {
            if (!events.isEmpty()) {
                Event first = events.get(random.nextInt(events.size()));
                long kafka = Math.max(kafkaTime(), first.kafkaTime);
                boolean found = !first.letGo && kafka - first.kafkaTime <= rules.rememberedMillis();
                assertThat(isCounted(first.time, kafka) && !found)
                        .as("%s again at %d, with %s", first, kafka, subtasks.get(0))
                        .isFalse();
            }
        }

        /** Late, or ahead of the worker's clock. */
        private long kafkaTime() {
            return now - SLACK + random.nextLong(2 * SLACK);
        }

        private boolean isCounted(long time, long kafka) {
            HorizonInForce one = subtasks.get(random.nextInt(subtasks.size()));
            boolean counted = !one.isStale(time * 1_000, kafka);
            if (time < kafka - rules.horizon().toMillis()) {
                assertThat(counted).as("beyond the horizon").isFalse();
            } else if (time >= kafka - shortestHorizon) {
                assertThat(counted).as("within all horizons").isTrue();
            }
            return counted;
        }

        private void barrier() {
            savedHorizons =
                    subtasks.stream().map(one -> one.toBytes(now - random.nextLong(HOUR))).toList();
            savedEvents = List.copyOf(events);
        }

        /** From the last barrier, with other rules or the same, and another parallelism. */
        private void start(boolean changed) {
            events = new ArrayList<>(savedEvents);
            if (changed) {
                change();
            }
            advance(0);
            subtasks = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                subtasks.add(HorizonInForce.restored(rules, savedHorizons));
            }
        }

        private void change() {
            long horizon = HOUR + random.nextLong(20 * DAY);
            rules =
                    new DedupeRules(
                            Duration.ofMillis(horizon),
                            AHEAD,
                            Duration.ofMillis(4 * SLACK + random.nextLong(2 * DAY)),
                            WorkingMemory.SHARE_OF_HEAP);
            shortestHorizon = Math.min(shortestHorizon, horizon);
        }
    }
}
