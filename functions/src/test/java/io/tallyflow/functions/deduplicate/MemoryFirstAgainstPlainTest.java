package io.tallyflow.functions.deduplicate;

import static io.tallyflow.functions.Events.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.Events;
import io.tallyflow.functions.KeyedSubtasks;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.schemas.event.AnEvent;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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
 * Random events, copies, conflicts, old and stale ones, barriers, crashes and other parallelisms:
 * whatever memory the operator has, it decides as with the plain store.
 */
final class MemoryFirstAgainstPlainTest {

    private static final int STEPS = 6_000;
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final Duration HORIZON = Duration.ofHours(8);
    private static final Duration AHEAD = Duration.ofHours(1);

    static Stream<Arguments> runs() {
        return LongStream.range(0, Long.getLong("tallyflow.test.seeds", 3))
                .boxed()
                .flatMap(seed -> Stream.of(2L, 1L << 30).map(memory -> Arguments.of(seed, memory)));
    }

    @ParameterizedTest(name = "seed {0}, {1} bytes")
    @MethodSource("runs")
    void decidesAsOneWithThePlainStore(long seed, long memory) throws Exception {
        try (Run run = new Run(seed, memory)) {
            for (int i = 0; i < STEPS; i++) {
                run.step();
            }
            run.barrier();
        }
    }

    /** The operator with both stores, given the same. */
    private static final class Run implements AutoCloseable {

        private final Random random;
        private final DedupeRules rules;
        private final List<UsageEvent> sent = new ArrayList<>();
        private KeyedSubtasks<Integer, EventOrProgress, EventOrProgress> bundled;
        private KeyedSubtasks<Integer, EventOrProgress, EventOrProgress> plain;
        private KeyedSubtasks.@Nullable Snapshot bundledState;
        private KeyedSubtasks.@Nullable Snapshot plainState;
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
                    new KeyedSubtasks<>(
                            () -> new Deduplicate(rules, Definitions.ofFirsts(List.of())),
                            EventOrProgress::key,
                            Types.INT,
                            parallelism,
                            bundledState);
            plain =
                    new KeyedSubtasks<>(
                            () ->
                                    new Deduplicate(
                                            rules,
                                            Definitions.ofFirsts(List.of()),
                                            PlainIdentities::open),
                            EventOrProgress::key,
                            Types.INT,
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
            return AnEvent.like(first)
                    .timeMicros(dice == 9 ? now * 1_000 : first.timeMicros())
                    .data(data == null ? first.data() : data.getBytes(StandardCharsets.UTF_8))
                    .at(0, 0)
                    .kafkaTimeMillis(now)
                    .build();
        }

        private String data() {
            return "{\"tokens\":" + random.nextInt(3) + "}";
        }

        void barrier() throws Exception {
            checkpoint++;
            assertThat(Said.until(checkpoint, bundled)).isEqualTo(Said.until(checkpoint, plain));
        }

        @Override
        public void close() throws Exception {
            bundled.close();
            plain.close();
        }
    }

    /** What one interval between two barriers has said; events by identity and Kafka time. */
    private record Said(
            LaneCounts counts,
            Set<String> firsts,
            Set<String> conflicts,
            Set<String> stale,
            int lake) {

        static Said until(
                long checkpoint, KeyedSubtasks<?, EventOrProgress, EventOrProgress> subtasks)
                throws Exception {
            subtasks.prepareBarrier(checkpoint);
            LaneCounts counts = LaneCounts.ZERO;
            Set<String> firsts = new HashSet<>();
            for (EventOrProgress element : subtasks.taken()) {
                UsageEvent event = element.event();
                Progress progress = element.progress();
                if (event != null) {
                    assertThat(firsts.add(event.id() + event.kafkaTimeMillis())).isTrue();
                } else if (progress != null) {
                    counts = counts.plus(progress.counts());
                }
            }
            Set<String> conflicts = new HashSet<>();
            for (RejectedRecord conflict : subtasks.taken(Deduplicate.CONFLICT)) {
                conflicts.add(
                        conflict.kafkaTimeMillis()
                                + conflict.firstContentHash()
                                + conflict.contentHash());
            }
            Set<String> stale = new HashSet<>();
            for (LateEvent late : subtasks.taken(Deduplicate.STALE)) {
                stale.add(late.event().id() + late.event().kafkaTimeMillis());
            }
            return new Said(
                    counts, firsts, conflicts, stale, subtasks.taken(Deduplicate.LAKE).size());
        }
    }
}
