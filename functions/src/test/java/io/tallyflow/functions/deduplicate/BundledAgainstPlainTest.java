package io.tallyflow.functions.deduplicate;

import static io.tallyflow.functions.Events.MAX_PARALLELISM;
import static io.tallyflow.functions.Events.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.Events;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random events, copies, conflicts, old and stale ones, barriers, crashes and other parallelisms:
 * whatever memory the bundled operator has, it decides as the plain one does.
 */
final class BundledAgainstPlainTest {

    private static final int STEPS = 6_000;
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final Duration HORIZON = Duration.ofHours(8);
    private static final Duration AHEAD = Duration.ofHours(1);

    static Stream<Arguments> runs() {
        return LongStream.range(0, Long.getLong("tallyflow.test.seeds", 6))
                .boxed()
                .flatMap(seed -> Stream.of(2L, 1L << 30).map(memory -> Arguments.of(seed, memory)));
    }

    @ParameterizedTest(name = "seed {0}, {1} bytes")
    @MethodSource("runs")
    void decidesAsThePlainOperator(long seed, long memory) throws Exception {
        try (Run run = new Run(seed, memory)) {
            for (int i = 0; i < STEPS; i++) {
                run.step();
            }
            run.barrier();
        }
    }

    /** Both operators, given the same. */
    private static final class Run implements AutoCloseable {

        private final Random random;
        private final DedupeRules rules;
        private final List<UsageEvent> sent = new ArrayList<>();
        private Rig<Integer> bundled;
        private Rig<String> plain;
        private Rig.@Nullable Snapshot bundledState;
        private Rig.@Nullable Snapshot plainState;
        private long now = 1_000 * HOUR;
        private long checkpoint;

        Run(long seed, long memory) throws Exception {
            this.random = new Random(seed);
            this.rules =
                    new DedupeRules(HORIZON, AHEAD, Duration.ofHours(4), new WorkingMemory(memory));
            start();
        }

        private void start() throws Exception {
            int parallelism = 1 + random.nextInt(3);
            bundled =
                    new Rig<>(
                            () -> new Deduplicate(rules),
                            EventOrProgress::key,
                            Types.INT,
                            parallelism,
                            bundledState);
            plain =
                    new Rig<>(
                            () -> new PlainDeduplicate(rules),
                            BundledAgainstPlainTest::subject,
                            Types.STRING,
                            parallelism,
                            plainState);
        }

        void step() throws Exception {
            int dice = random.nextInt(1_000);
            if (dice < 980) {
                give(event());
            } else if (dice < 993) {
                barrier();
            } else if (dice < 997) {
                barrier();
                bundledState = bundled.snapshot(checkpoint);
                plainState = plain.snapshot(checkpoint);
            } else {
                close();
                start();
            }
        }

        private void give(UsageEvent event) throws Exception {
            EventOrProgress element = EventOrProgress.of(event, key(event));
            bundled.give(element);
            plain.give(element);
        }

        private UsageEvent event() {
            now += random.nextInt(30_000);
            int dice = random.nextInt(10);
            if (dice < 4 || sent.isEmpty()) {
                String subject = "s" + random.nextInt(5);
                long time = now - random.nextInt(100) * HOUR / 10;
                sent.add(Events.event(subject, "e" + sent.size(), time, now, data()));
                return sent.get(sent.size() - 1);
            }
            UsageEvent first = sent.get(random.nextInt(sent.size()));
            String data = dice < 8 ? null : data();
            return new UsageEvent(
                    first.subject(),
                    first.source(),
                    first.id(),
                    first.type(),
                    dice == 9 ? now * 1_000 : first.timeMicros(),
                    data == null ? first.data() : data.getBytes(StandardCharsets.UTF_8),
                    0,
                    0,
                    now);
        }

        private String data() {
            return "{\"tokens\":" + random.nextInt(3) + "}";
        }

        void barrier() throws Exception {
            checkpoint++;
            assertThat(bundled.barrier(checkpoint)).isEqualTo(plain.barrier(checkpoint));
        }

        @Override
        public void close() throws Exception {
            bundled.close();
            plain.close();
        }
    }

    private static String subject(EventOrProgress element) {
        return Objects.requireNonNull(element.event()).subject();
    }

    /** Subtasks of one deduplicating operator, and all that they said since the last barrier. */
    private static final class Rig<K> implements AutoCloseable {

        private final KeySelector<EventOrProgress, K> keys;
        private final int parallelism;
        private final List<
                        KeyedOneInputStreamOperatorTestHarness<K, EventOrProgress, EventOrProgress>>
                subtasks = new ArrayList<>();

        /** What one interval between two barriers has said; events by identity and Kafka time. */
        record Said(
                LaneCounts counts,
                Set<String> firsts,
                Set<String> conflicts,
                Set<String> stale,
                int lake) {}

        /** A checkpoint. */
        record Snapshot(int parallelism, OperatorSubtaskState state) {}

        Rig(
                Supplier<OneInputStreamOperator<EventOrProgress, EventOrProgress>> operator,
                KeySelector<EventOrProgress, K> keys,
                TypeInformation<K> keyType,
                int parallelism,
                @Nullable Snapshot from)
                throws Exception {
            this.keys = keys;
            this.parallelism = parallelism;
            for (int i = 0; i < parallelism; i++) {
                var harness =
                        new KeyedOneInputStreamOperatorTestHarness<>(
                                operator.get(), keys, keyType, MAX_PARALLELISM, parallelism, i);
                subtasks.add(harness);
                harness.setStateBackend(new EmbeddedRocksDBStateBackend());
                harness.getExecutionConfig().enableObjectReuse();
                harness.setup();
                if (from != null) {
                    harness.initializeState(
                            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                    from.state(),
                                    MAX_PARALLELISM,
                                    from.parallelism(),
                                    parallelism,
                                    i));
                }
                harness.open();
            }
        }

        void give(EventOrProgress element) throws Exception {
            int subtask =
                    KeyGroupRangeAssignment.assignKeyToParallelOperator(
                            keys.getKey(element), MAX_PARALLELISM, parallelism);
            subtasks.get(subtask).processElement(new StreamRecord<>(element));
        }

        Said barrier(long checkpoint) throws Exception {
            LaneCounts counts = LaneCounts.ZERO;
            Set<String> firsts = new HashSet<>();
            Set<String> conflicts = new HashSet<>();
            Set<String> stale = new HashSet<>();
            int lake = 0;
            for (var subtask : subtasks) {
                subtask.prepareSnapshotPreBarrier(checkpoint);
                for (EventOrProgress element : subtask.extractOutputValues()) {
                    UsageEvent event = element.event();
                    Progress progress = element.progress();
                    if (event != null) {
                        assertThat(firsts.add(event.id() + event.kafkaTimeMillis())).isTrue();
                    } else if (progress != null) {
                        counts = counts.plus(progress.counts());
                    }
                }
                subtask.getOutput().clear();
                for (RejectedRecord conflict : side(subtask, Deduplicate.CONFLICT)) {
                    conflicts.add(
                            conflict.kafkaTimeMillis()
                                    + conflict.firstContentHash()
                                    + conflict.contentHash());
                }
                for (LateEvent late : side(subtask, Deduplicate.STALE)) {
                    stale.add(late.event().id() + late.event().kafkaTimeMillis());
                }
                lake += side(subtask, Deduplicate.LAKE).size();
            }
            return new Said(counts, firsts, conflicts, stale, lake);
        }

        private static <T> List<T> side(
                KeyedOneInputStreamOperatorTestHarness<?, ?, ?> subtask, OutputTag<T> tag) {
            Queue<StreamRecord<T>> records = subtask.getSideOutput(tag);
            if (records == null) {
                return List.of();
            }
            List<T> values = records.stream().map(StreamRecord::getValue).toList();
            records.clear();
            return values;
        }

        Snapshot snapshot(long checkpoint) throws Exception {
            OperatorSubtaskState[] states = new OperatorSubtaskState[parallelism];
            for (int i = 0; i < parallelism; i++) {
                states[i] = subtasks.get(i).snapshot(checkpoint, 0);
            }
            return new Snapshot(
                    parallelism, AbstractStreamOperatorTestHarness.repackageState(states));
        }

        @Override
        public void close() throws Exception {
            for (var subtask : subtasks) {
                subtask.close();
            }
        }
    }
}
