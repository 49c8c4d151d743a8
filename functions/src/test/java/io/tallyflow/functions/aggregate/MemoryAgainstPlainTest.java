package io.tallyflow.functions.aggregate;

import static io.tallyflow.functions.Events.MINUTE;
import static io.tallyflow.functions.Events.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.Aggregating;
import io.tallyflow.functions.Events;
import io.tallyflow.functions.KeyedSubtasks;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageChange;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random readings, watermarks, barriers, crashes, other parallelisms and rewinds: whatever memory
 * the operator has, it says with every barrier just what it says with the plain store.
 */
final class MemoryAgainstPlainTest {

    private static final int STEPS = 1_500;
    private static final Duration LATENESS = Duration.ofMillis(2 * MINUTE);
    private static final int ALL_GROUPS = Integer.MAX_VALUE;

    static Stream<Arguments> runs() {
        return LongStream.range(0, Long.getLong("tallyflow.test.seeds", 2))
                .boxed()
                .flatMap(
                        seed ->
                                Stream.of(2L, 30_000L, 1L << 30)
                                        .map(memory -> Arguments.of(seed, memory)));
    }

    @ParameterizedTest(name = "seed {0}, {1} bytes")
    @MethodSource("runs")
    void saysWithEveryBarrierWhatItSaysWithThePlainStore(long seed, long memory) throws Exception {
        try (Run run = new Run(seed, memory)) {
            for (int i = 0; i < STEPS; i++) {
                run.step();
            }
            run.barrier();
            run.advance(Long.MAX_VALUE / 2);
            run.barrier();
        }
    }

    /** Cells of these stand in one ring; now and then one of them takes no reading. */
    private static final List<String> GROUPED_ALIKE =
            List.of("tokens", "calls", "least", "most", "last", "gone", "mean");

    /** All but that of a meter which is no longer in force. */
    private static final Map<String, Aggregation> AGGREGATIONS =
            Map.of(
                    "requests", Aggregation.COUNT,
                    "tokens", Aggregation.SUM,
                    "calls", Aggregation.COUNT,
                    "least", Aggregation.MIN,
                    "most", Aggregation.MAX,
                    "last", Aggregation.LATEST,
                    "mean", Aggregation.AVG,
                    "volume", Aggregation.SUM,
                    "users", Aggregation.UNIQUE_COUNT);

    /** The operator with both stores, given the same. */
    private static final class Run implements AutoCloseable {

        private final Random random;
        private final long memory;
        private KeyedSubtasks<Integer, MeteredOrProgress, UsageChange> bundled;
        private KeyedSubtasks<Integer, MeteredOrProgress, UsageChange> plain;
        private KeyedSubtasks.@Nullable Snapshot bundledState;
        private KeyedSubtasks.@Nullable Snapshot plainState;
        private Set<UsageCell> known = new HashSet<>();
        private Set<UsageCell> knownState = Set.of();
        private long now;
        private long watermark;
        private long checkpoint;
        private long events;

        Run(long seed, long memory) throws Exception {
            this.random = new Random(seed);
            this.memory = memory;
            start(false);
        }

        private void start(boolean again) throws Exception {
            int parallelism = 1 + random.nextInt(3);
            bundled =
                    new KeyedSubtasks<>(
                            () ->
                                    new AggregateUsage(
                                            Aggregating.by(AGGREGATIONS),
                                            new AggregateRules(
                                                    LATENESS,
                                                    again,
                                                    ALL_GROUPS,
                                                    new WorkingMemory(memory)),
                                            1),
                            MeteredOrProgress::key,
                            Types.INT,
                            parallelism,
                            bundledState);
            plain =
                    new KeyedSubtasks<>(
                            () ->
                                    new AggregateUsage(
                                            Aggregating.by(AGGREGATIONS),
                                            new AggregateRules(
                                                    LATENESS,
                                                    again,
                                                    ALL_GROUPS,
                                                    new WorkingMemory(memory)),
                                            1,
                                            PlainWindows::new),
                            MeteredOrProgress::key,
                            Types.INT,
                            parallelism,
                            plainState);
        }

        void step() throws Exception {
            int dice = random.nextInt(100);
            if (dice < 88) {
                give();
            } else if (dice < 93) {
                watermark = Math.max(watermark, now - random.nextInt(30_000));
                advance(watermark);
            } else if (dice < 98) {
                barrier();
            } else if (dice < 99) {
                barrier();
                bundledState = bundled.snapshot(checkpoint);
                plainState = plain.snapshot(checkpoint);
                knownState = Set.copyOf(known);
            } else {
                close();
                known = new HashSet<>(knownState);
                start(random.nextInt(3) == 0 && bundledState != null);
            }
        }

        void advance(long to) throws Exception {
            bundled.advance(to);
            plain.advance(to);
        }

        void barrier() throws Exception {
            checkpoint++;
            AggregateSaid said = AggregateSaid.until(checkpoint, bundled);
            AggregateSaid wanted = AggregateSaid.until(checkpoint, plain);
            assertThat(said.rows()).isEqualTo(wanted.rows());
            Set<UsageCell> firsts = new HashSet<>(said.rows().keySet());
            firsts.removeAll(known);
            assertThat(said.firsts()).isEqualTo(firsts);
            known.addAll(firsts);
            assertThat(said.adjustments()).isEqualTo(wanted.adjustments());
            assertThat(said.values()).isEqualTo(wanted.values());
            assertThat(said.progress()).isEqualTo(wanted.progress());
            assertThat(said.lake()).isEqualTo(wanted.lake());
            assertThat(said.late()).isEqualTo(wanted.late());
        }

        private void give() throws Exception {
            now += random.nextInt(1_500);
            long time = now - (random.nextInt(10) == 0 ? random.nextInt(400_000) : 0);
            String subject = "s" + random.nextInt(12);
            UsageEvent event = Events.event(subject, "e" + events++, Math.max(0, time), now, null);
            List<Reading> readings = new ArrayList<>();
            readings.add(reading("requests", event, MINUTE, "{}", null, null));
            String group = "{\"model\":\"" + random.nextInt(4) + "\"}";
            for (String meter : GROUPED_ALIKE) {
                if (random.nextInt(5) > 0) {
                    BigDecimal value = meter.equals("calls") ? null : value();
                    readings.add(reading(meter, event, MINUTE, group, value, null));
                }
            }
            readings.add(reading("volume", event, 60 * MINUTE, "{}", value(), null));
            readings.add(reading("users", event, 5 * MINUTE, "{}", null, "u" + random.nextInt(9)));
            MeteredOrProgress element =
                    MeteredOrProgress.of(
                            new MeteredEvent(event, readings, List.of(), true), key(event));
            bundled.give(element);
            plain.give(element);
        }

        private BigDecimal value() {
            return switch (random.nextInt(8)) {
                case 0 -> new BigDecimal("99999999999999999999");
                case 1 -> new BigDecimal("-0.000000000000000001");
                case 2 -> new BigDecimal("123456789.125");
                default -> BigDecimal.valueOf(random.nextInt(2_000) - 500);
            };
        }

        private static Reading reading(
                String meter,
                UsageEvent event,
                long size,
                String group,
                @Nullable BigDecimal value,
                @Nullable String distinct) {
            long start = Math.floorDiv(event.timeMillis(), size) * size;
            return new Reading(meter, group, start, start + size, value, distinct);
        }

        @Override
        public void close() throws Exception {
            bundled.close();
            plain.close();
        }
    }
}
