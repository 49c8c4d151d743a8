package io.tallyflow.functions.identities.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.identities.BlocksInMemory;
import io.tallyflow.functions.identities.Hashes;
import io.tallyflow.functions.identities.block.BlockCache;
import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.IdentityBatch;
import io.tallyflow.functions.identities.block.IdentityLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What clocks that are put forward and back do to what is remembered, and for how long. */
final class SealedIdentitiesTest {

    private static final long DAY = 86_400_000;
    private static final long NOW = 20_001 * DAY;
    private static final long YEAR_2100 = 47_482 * DAY;
    private static final long KEPT = 10 * DAY;
    private static final IdentityLimits LIMITS = new IdentityLimits(4, 2, 4, 2, 2, 4 * DAY);

    private final BlocksInMemory blocks = new BlocksInMemory();
    private final FilterMemory filters = new FilterMemory(0);
    private SealedIdentities sealed = restored(1);
    private int puts;

    private SealedIdentities restored(int nextRun) {
        RunReader reader = new RunReader(0, blocks, new BlockCache(0), filters);
        return new SealedIdentities(blocks, reader, LIMITS, filters, nextRun);
    }

    private void restart() {
        RunList.write(blocks, sealed.runs());
        sealed = restored(sealed.nextRun());
    }

    @Test
    void forgetsWhatWasSealedAfterAClockThatWasAhead() {
        seal(1, NOW);
        seal(2, YEAR_2100);
        seal(3, NOW + 1);
        restart();
        seal(4, NOW + 2 * DAY);
        tidyAll(NOW + 2 * DAY + KEPT);
        assertThat(last(1)).isNull();
        assertThat(last(2)).isNotNull();
        assertThat(last(4)).isNotNull();
        tidyAll(NOW + 12 * DAY + KEPT);
        assertThat(last(3)).isNull();
        assertThat(last(4)).isNull();
        assertThat(sealed.runs()).hasSize(1);
    }

    @Test
    void remembersAsLongAsItShouldWhatWasSealedWhileTheClockWasBehind() {
        seal(1, NOW);
        seal(2, 0);
        seal(3, NOW + 1);
        restart();
        tidyAll(NOW + KEPT);
        assertThat(last(1)).isNotNull();
        assertThat(last(3)).isNotNull();
        restart();
        tidyAll(NOW + 12 * DAY + KEPT);
        assertThat(sealed.runs()).isEmpty();
    }

    @Test
    void staysInItsSliceWhenTheClockIsPutBackALittle() {
        for (int i = 0; i < 10; i++) {
            seal(i, NOW - NOW % (4 * DAY) - i % 2);
        }
        assertThat(sealed.runs()).allMatch(run -> run.header().sealedMillis() >= NOW - 2 * DAY);
        tidyAll(NOW);
        assertThat(sealed.runs().size()).isLessThanOrEqualTo(4);
    }

    @Test
    void findsWhatWasPutLastWhateverTheClockDoes() {
        Random random = new Random(7);
        int[] last = new int[20];
        long now = NOW;
        for (int seal = 0; seal < 300; seal++) {
            now += random.nextInt(8) == 0 ? (random.nextInt(401) - 200) * DAY : DAY / 10;
            int number = random.nextInt(last.length);
            last[number] = puts;
            seal(number, now);
            for (int piece = random.nextInt(4); piece > 0; piece--) {
                sealed.tidy(Long.MIN_VALUE);
            }
            if (random.nextInt(5) == 0) {
                restart();
            }
            for (int known = 0; known < last.length; known++) {
                FirstSeen found = last(known);
                if (found != null) {
                    assertThat(found.kafkaTimeMillis()).isEqualTo(last[known]);
                }
            }
            assertThat(numbers()).doesNotHaveDuplicates();
        }
    }

    /** Of slices, as the list of runs tells them apart. */
    private List<Long> numbers() {
        List<Long> numbers = new ArrayList<>();
        for (IdentityRun run : sealed.runs()) {
            long number = Math.floorDiv(run.header().sealedMillis(), LIMITS.sliceMillis());
            if (numbers.isEmpty() || numbers.get(numbers.size() - 1) != number) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    private void seal(int number, long nowMillis) {
        IdentityBatch batch = new IdentityBatch(1);
        batch.visit(Hashes.UNIFORM.high(number), Hashes.UNIFORM.low(number), puts++, 0);
        sealed.add(batch.sorted(), nowMillis);
    }

    private void tidyAll(long nowMillis) {
        int handled = 1;
        while (handled > 0) {
            handled = sealed.tidy(nowMillis - KEPT);
        }
    }

    private FirstSeen last(int number) {
        return sealed.first(Hashes.UNIFORM.high(number), Hashes.UNIFORM.low(number));
    }
}
