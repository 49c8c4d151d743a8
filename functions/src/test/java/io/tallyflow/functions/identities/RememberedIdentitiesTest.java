package io.tallyflow.functions.identities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.functions.identities.block.BlockCache;
import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.IdentityHead;
import io.tallyflow.functions.identities.block.IdentityLimits;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RememberedIdentitiesTest {

    private static final long HALF_A_DAY_MILLIS = 43_200_000;
    private static final int CACHE_BYTES = 1 << 20;

    private final BlocksInMemory blocks = new BlocksInMemory();
    private final BlockCache cache = new BlockCache(CACHE_BYTES);
    private final FilterMemory filters = new FilterMemory(Long.MAX_VALUE);

    @Test
    void takesLessThan24BytesOfStateAndOneAndAThirdOfMemory() {
        int size = 300_000;
        RememberedIdentities identities = open(IdentityLimits.defaults());
        for (int i = 0; i < size; i++) {
            putOne(identities, i, i * HALF_A_DAY_MILLIS / size);
            if (i % 1_000 == 0) {
                identities.tidy(0, Long.MIN_VALUE);
            }
        }
        sealAll(identities);
        assertThat(blocks.bytes()).isLessThan(24L * size);
        assertThat(identities.bytes() + filters.bytes()).isLessThan(size * 4L / 3);
    }

    @Test
    void logsInLittleMoreThanTheBytesThereAre() {
        RememberedIdentities identities = open(IdentityLimits.defaults());
        for (int barrier = 0; barrier < 1_000; barrier++) {
            for (int i = 0; i < 10; i++) {
                putOne(identities, barrier * 10 + i, barrier * 1_000L + i);
            }
            identities.log();
        }
        assertThat(blocks.entries()).hasSizeLessThan(80);
        assertThat(blocks.bytes()).isLessThan(24L * 10_000);
    }

    @Test
    void readsNoBlockOrFilterOfARunWhenItIsRestored() {
        RememberedIdentities identities = open(new IdentityLimits(1_000, 10, 100, 10, 4, 1));
        put(identities, 0, 10_000);
        sealAll(identities);
        put(identities, 10_000, 10_005);
        identities.log();
        int before = blocks.reads();
        RememberedIdentities restored = open(IdentityLimits.defaults());
        assertThat(blocks.reads() - before).isEqualTo(3);
        assertThat(restored.unsealed()).isEqualTo(5);
        assertThat(first(restored, 10_004)).isEqualTo(new FirstSeen(10_004, 10_004));
        assertThat(first(restored, 9_999)).isEqualTo(new FirstSeen(9_999, 9_999));
    }

    @Test
    void asksStateForFewOfTheIdentitiesItDoesNotKnow() {
        RememberedIdentities identities = open(IdentityLimits.defaults());
        put(identities, 0, 5_000);
        sealAll(identities);
        int before = blocks.reads();
        for (int i = 5_000; i < 105_000; i++) {
            assertThat(first(identities, i)).isNull();
        }
        assertThat(blocks.reads() - before).isLessThan(500);
    }

    @Test
    void fetchesABlockOnce() {
        RememberedIdentities identities = open(IdentityLimits.defaults());
        put(identities, 0, 100);
        sealAll(identities);
        int before = blocks.reads();
        for (int i = 0; i < 100; i++) {
            assertThat(first(identities, i)).isEqualTo(new FirstSeen(i, i));
        }
        assertThat(blocks.reads() - before).isOne();
        assertThat(cache.bytes()).isBetween(1L, (long) CACHE_BYTES);
    }

    @Test
    void dropsARunWhenTheLastOfItMayBeForgotten() {
        RememberedIdentities identities = open(IdentityLimits.defaults());
        put(identities, 0, 1_000);
        identities.seal(5);
        put(identities, 1_000, 2_000);
        identities.seal(7);
        identities.keepCopiesWithin(0);
        long before = filters.bytes();
        assertThat(identities.tidy(7, 5)).isZero();
        assertThat(identities.tidy(7, 6)).isEqualTo(1_000);
        assertThat(identities.tidy(7, 6)).isZero();
        assertThat(filters.bytes()).isLessThan(before - 1_000);
        identities.log();
        assertThat(blocks.entries().keySet())
                .extracting(BlocksInMemory.Key::run)
                .containsOnly(IdentityHead.LOG, 2);
    }

    @Test
    void mergesNoRunsOfDifferentSlicesOfTime() {
        RememberedIdentities identities = open(new IdentityLimits(64, 16, 16, 16, 2, 10));
        put(identities, 0, 10);
        identities.seal(9);
        put(identities, 10, 20);
        identities.seal(10);
        assertThat(identities.tidy(10, Long.MIN_VALUE)).isZero();
        put(identities, 20, 30);
        identities.seal(19);
        assertThat(identities.tidy(19, Long.MIN_VALUE)).isEqualTo(20);
        assertThat(identities.tidy(19, 10)).isEqualTo(10);
        assertThat(identities.tidy(19, 10)).isZero();
    }

    @Test
    void writesNothingAtABarrierWithoutNews() {
        RememberedIdentities identities = open(IdentityLimits.defaults());
        identities.log();
        assertThat(blocks.entries()).isEmpty();
        put(identities, 0, 10);
        identities.log();
        BlocksInMemory before = blocks.copy();
        identities.log();
        assertThat(blocks.entries()).isEqualTo(before.entries());
    }

    @Test
    void refusesAContentHashThatIsTooWide() {
        RememberedIdentities identities = open(IdentityLimits.defaults());
        assertThatThrownBy(() -> identities.put(1, 2, 3, 1L << 48))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a content hash of more than 48 bits: 1000000000000");
    }

    @Test
    void refusesSizesThatMakeNoSense() {
        assertThatThrownBy(() -> new IdentityLimits(1, 1, 1, 1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least two");
    }

    private RememberedIdentities open(IdentityLimits limits) {
        return new RememberedIdentities(0, blocks, limits, cache, filters);
    }

    private static void sealAll(RememberedIdentities identities) {
        identities.seal(0);
        identities.keepCopiesWithin(0);
        while (identities.tidy(0, Long.MIN_VALUE) > 0) {}
        identities.log();
    }

    private static void put(RememberedIdentities identities, int from, int to) {
        for (int i = from; i < to; i++) {
            putOne(identities, i, i);
        }
    }

    private static void putOne(RememberedIdentities identities, int number, long kafkaTimeMillis) {
        identities.put(
                Hashes.UNIFORM.high(number), Hashes.UNIFORM.low(number), kafkaTimeMillis, number);
    }

    private static @Nullable FirstSeen first(RememberedIdentities identities, int number) {
        return identities.first(Hashes.UNIFORM.high(number), Hashes.UNIFORM.low(number));
    }
}
