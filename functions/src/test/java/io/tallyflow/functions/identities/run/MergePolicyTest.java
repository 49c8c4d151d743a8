package io.tallyflow.functions.identities.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.identities.BlocksInMemory;
import io.tallyflow.functions.identities.Hashes;
import io.tallyflow.functions.identities.block.BlockCache;
import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.IdentityBatch;
import io.tallyflow.functions.identities.block.IdentityLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the clock does and however much is sealed at once. */
final class MergePolicyTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long DAY = 24 * HOUR;
    private static final long KEPT = 40 * DAY;
    private static final IdentityLimits LIMITS =
            new IdentityLimits(64, 16, 32, 16, 4, Duration.ofDays(4).toMillis());

    /** Slices that overlap what is kept: eleven that are over, and the one that is not. */
    private static final int OLD_SLICES = (int) (KEPT / LIMITS.sliceMillis()) + 1;

    /** How time goes from one sealing to the next. */
    enum Clock {
        STANDS {
            @Override
            long next(Random random, int seal) {
                return 0;
            }
        },
        IS_STEADY {
            @Override
            long next(Random random, int seal) {
                return HOUR;
            }
        },
        PAUSES_FOR_FIVE_DAYS {
            @Override
            long next(Random random, int seal) {
                return seal == 7 || seal == 90 ? 5 * DAY : HOUR / 4;
            }
        },
        IS_SLOW_THEN_FAST {
            @Override
            long next(Random random, int seal) {
                return seal < 25 ? 32 * HOUR : HOUR / 60;
            }
        },
        IS_FAST_THEN_SLOW {
            @Override
            long next(Random random, int seal) {
                return seal < 400 ? HOUR / 60 : 32 * HOUR;
            }
        },
        GOES_BACK {
            @Override
            long next(Random random, int seal) {
                return random.nextInt(4) == 0 ? -3 * DAY : HOUR;
            }
        },
        IS_ANYHOW {
            @Override
            long next(Random random, int seal) {
                return random.nextLong(1 + random.nextLong(3 * DAY)) >> random.nextInt(30);
            }
        };

        abstract long next(Random random, int seal);
    }

    @ParameterizedTest
    @EnumSource
    void asksFewRunsAndMergesEachIdentityAFewTimes(Clock clock) {
        KeyGroup group = new KeyGroup(clock, new Random(1));
        for (int seal = 0; seal < 600; seal++) {
            group.seal(50);
        }
        group.checkNewest();
    }

    @Property(tries = 60)
    void asksFewRunsHoweverMuchIsSealedAtOnce(@ForAll Clock clock, @ForAll long seed) {
        Random random = new Random(seed);
        KeyGroup group = new KeyGroup(clock, random);
        int most = 1 + random.nextInt(120);
        for (int seal = 0; seal < 250; seal++) {
            group.seal(1 + random.nextInt(most));
        }
        group.checkNewest();
    }

    /** A pause of more than four days is followed by as few questions as none. */
    @Test
    void isNotHeldUpByWhatWasSealedBeforeAPause() {
        KeyGroup group = new KeyGroup(Clock.STANDS, new Random(1));
        for (int seal = 0; seal < 603; seal++) {
            if (seal == 3) {
                group.now += 5 * DAY;
            }
            group.seal(50);
        }
        assertThat(group.mostAsked()).isLessThanOrEqualTo(16);
    }

    /** However little is sealed at once: else a thousand seals of one would be a million merges. */
    @Test
    void mergesAFewAsSeldomAsMany() {
        MergePolicy policy = new MergePolicy(IdentityLimits.defaults());
        List<Integer> counts = new ArrayList<>();
        long handled = 0;
        for (int seal = 0; seal < 4_096; seal++) {
            counts.add(0, 1);
            MergePolicy.Merge next = next(policy, counts);
            while (next != null) {
                List<Integer> merged = counts.subList(next.from(), next.to());
                int sum = merged.stream().mapToInt(Integer::intValue).sum();
                merged.clear();
                counts.add(next.from(), sum);
                handled += sum;
                next = next(policy, counts);
            }
            assertThat(counts).hasSizeLessThanOrEqualTo(12 + 3);
        }
        assertThat(handled).isLessThanOrEqualTo(4_096 * 13);
    }

    private static MergePolicy.@Nullable Merge next(MergePolicy policy, List<Integer> counts) {
        int[] seen = counts.stream().mapToInt(Integer::intValue).toArray();
        return policy.next(new MergePolicy.Shelf(seen, false, false, false));
    }

    /** One key group with a clock of its own. */
    private static final class KeyGroup {

        private final Clock clock;
        private final Random random;
        private final BlocksInMemory blocks = new BlocksInMemory();
        private final FilterMemory filters = new FilterMemory(0);
        private final SealedIdentities sealed;
        private long now = 20_000 * DAY;
        private int seals;
        private int puts;
        private long sealedIds;
        private long handled;

        KeyGroup(Clock clock, Random random) {
            this.clock = clock;
            this.random = random;
            BlockCache cache = new BlockCache(0);
            RunReader reader = new RunReader(0, blocks, cache, filters);
            this.sealed = new SealedIdentities(blocks, reader, LIMITS, filters, 1);
        }

        /** Identities of which every fourth is put once more by a later one. */
        void seal(int count) {
            now += clock.next(random, seals++);
            IdentityBatch batch = new IdentityBatch(count);
            for (int i = 0; i < count; i++) {
                int number = number(puts);
                batch.visit(Hashes.UNIFORM.high(number), Hashes.UNIFORM.low(number), puts++, 0);
            }
            IdentityBatch sorted = batch.sorted();
            sealedIds += sorted.size();
            sealed.add(sorted, now);
            int piece = 1;
            while (piece > 0) {
                piece = sealed.tidy(now - KEPT);
                handled += piece;
                assertThat(piece).isLessThanOrEqualTo(4 * 4 * LIMITS.sealedIds());
            }
            check();
        }

        private static int number(int put) {
            return put % 4 == 3 ? put / 2 : put;
        }

        private void check() {
            List<RunHeader> runs = headers();
            long there = runs.stream().mapToLong(RunHeader::count).sum();
            int levels = 1 + log(2, Math.max(1, there / LIMITS.sealedIds())) / 2;
            int small = log(2, LIMITS.sealedIds());
            assertThat(mostAsked())
                    .as("runs to ask, of %d identities", there)
                    .isLessThanOrEqualTo(OLD_SLICES + 4 * levels + small);
            assertThat(handled)
                    .as("handled, of %d identities", sealedIds)
                    .isLessThanOrEqualTo(sealedIds * (3 * log(4, 1 + puts) + 2));
            assertThat(runs)
                    .as("runs after %s", now - KEPT)
                    .allMatch(run -> run.sealedMillis() >= now - KEPT);
        }

        private List<RunHeader> headers() {
            return sealed.runs().stream().map(IdentityRun::header).toList();
        }

        private static int log(int base, long value) {
            int log = 0;
            for (long rest = value; rest > 1; rest = (rest + base - 1) / base) {
                log++;
            }
            return log;
        }

        /** How many runs there are at most that may have one of some identities. */
        long mostAsked() {
            long most = 0;
            for (int number = -1; number > -100; number--) {
                long high = Hashes.UNIFORM.high(number);
                most =
                        Math.max(
                                most,
                                headers().stream()
                                        .filter(run -> run.range().contains(high))
                                        .count());
            }
            return most;
        }

        /** Of an identity that was put more than once, what was put last is found. */
        void checkNewest() {
            int[] last = new int[puts];
            Arrays.fill(last, -1);
            for (int put = 0; put < puts; put++) {
                last[number(put)] = put;
            }
            for (int number = 0; number < puts; number++) {
                FirstSeen first =
                        sealed.first(Hashes.UNIFORM.high(number), Hashes.UNIFORM.low(number));
                if (first != null) {
                    assertThat(first.kafkaTimeMillis()).isEqualTo(last[number]);
                }
            }
        }
    }
}
