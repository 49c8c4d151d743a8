package io.tallyflow.functions.identities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.HashRange;
import io.tallyflow.functions.identities.run.RunList;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class KeyedIdentitiesTest {

    private static final int[] KEYS = {3, 8};
    private static final long KIBI = 1024;

    private final Map<Integer, BlocksInMemory> blocks = new HashMap<>();

    @Test
    void sealsBetweenBarriersWhatHasNoRoom() {
        KeyedIdentities identities = open(64 * KIBI);
        put(identities, 0, 20_000);
        assertThat(identities.bytes()).isGreaterThan(500 * KIBI);
        identities.keepWithinMemory(0);
        assertThat(identities.bytes()).isLessThan(64 * KIBI);
        demandAll(identities, 20_000);
    }

    /** What is due is done in between, so that a barrier finds little left of it. */
    @Test
    void sealsWhatIsDueBetweenBarriers() {
        KeyedIdentities identities = open(64 * KIBI);
        put(identities, 0, 10_000);
        assertThat(blocks.get(3).entries()).isEmpty();
        identities.tidy(0, Long.MIN_VALUE);
        int sealed = blocks.get(3).entries().size();
        assertThat(sealed).isPositive();
        identities.tidy(0, Long.MIN_VALUE);
        assertThat(blocks.get(3).entries()).hasSize(sealed);
        identities.write(0, Long.MIN_VALUE);
        demandAll(open(64 * KIBI), 10_000);
    }

    /** However seldom it is called: once for all that one key seals. */
    @Test
    void mergesAsFastAsItSeals() {
        KeyedIdentities identities = open(64 * KIBI);
        for (int i = 0; i < 24; i++) {
            put(identities, i * 2_048, (i + 1) * 2_048);
            identities.tidy(0, Long.MIN_VALUE);
        }
        identities.write(0, Long.MIN_VALUE);
        assertThat(RunList.read(blocks.get(3)))
                .filteredOn(run -> run.range().equals(HashRange.ALL))
                .hasSizeLessThan(4);
    }

    @Test
    void doesNotSealAFewIdentitiesForTheFiltersOfMany() {
        KeyedIdentities identities = open(64 * KIBI);
        put(identities, 0, 100_000);
        identities.keepWithinMemory(0);
        identities.write(0, Long.MIN_VALUE);
        assertThat(identities.bytes()).isGreaterThan(64 * KIBI);
        int before = blocks.get(3).entries().size();
        put(identities, 100_000, 100_010);
        identities.keepWithinMemory(0);
        assertThat(blocks.get(3).entries()).hasSize(before);
        demandAll(identities, 100_010);
    }

    @Test
    void findsEverythingAgainAfterABarrier() {
        KeyedIdentities identities = open(64 * KIBI);
        put(identities, 0, 5_000);
        identities.write(0, Long.MIN_VALUE);
        demandAll(open(64 * KIBI), 5_000);
    }

    /** Those of 200,000 identities take 250,000 bytes, and only half of that is there. */
    @Test
    void readsFiltersAgainThatHaveNoRoom() {
        KeyedIdentities identities = open(64 * KIBI, 125_000);
        put(identities, 0, 200_000);
        identities.keepWithinMemory(0);
        identities.write(0, Long.MIN_VALUE);
        assertThat(identities.bytes()).isLessThan(125_000 + 64 * KIBI);
        demandAll(identities, 200_000);
        assertThat(identities.bytes()).isLessThan(125_000 + 64 * KIBI);
        assertThat(identities.filterReads()).isPositive();
        KeyedIdentities restored = open(64 * KIBI, 125_000);
        assertThat(restored.bytes()).isLessThan(64 * KIBI);
        demandAll(restored, 200_000);
        assertThat(restored.bytes()).isLessThan(125_000 + 64 * KIBI);
    }

    @Test
    void readsEveryFilterOnceIfThereIsRoom() {
        KeyedIdentities identities = open(64 * KIBI);
        put(identities, 0, 100_000);
        identities.keepWithinMemory(0);
        identities.write(0, Long.MIN_VALUE);
        demandAll(identities, 100_000);
        assertThat(identities.filterReads()).isZero();
        KeyedIdentities restored = open(64 * KIBI);
        demandAll(restored, 100_000);
        long read = restored.filterReads();
        assertThat(read).isPositive();
        demandAll(restored, 100_000);
        assertThat(restored.filterReads()).isEqualTo(read);
    }

    @Test
    void refusesAKeyThatIsNotOfTheSubtask() {
        KeyedIdentities identities = open(64 * KIBI);
        assertThatThrownBy(() -> identities.first(4, 1, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("key 4");
    }

    private KeyedIdentities open(long mostBytes) {
        return open(mostBytes, Long.MAX_VALUE);
    }

    private KeyedIdentities open(long mostBytes, long filterBytes) {
        return new KeyedIdentities(
                KEYS,
                mostBytes,
                filterBytes,
                key -> blocks.computeIfAbsent(key, none -> new BlocksInMemory()));
    }

    private static void put(KeyedIdentities identities, int from, int to) {
        for (int i = from; i < to; i++) {
            identities.put(KEYS[i % 2], Hashes.UNIFORM.high(i), Hashes.UNIFORM.low(i), i, i);
        }
    }

    private static void demandAll(KeyedIdentities identities, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(identities.first(KEYS[i % 2], Hashes.UNIFORM.high(i), Hashes.UNIFORM.low(i)))
                    .isEqualTo(new FirstSeen(i, i));
        }
    }
}
