package io.tallyflow.functions.identities.block;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BlockCacheTest {

    private static final IdentityBlock BLOCK = block();

    @Test
    void letsGoOfWhatWasAskedForLongestAgo() {
        BlockCache cache = new BlockCache(3 * sizeOfOne());
        for (int block = 0; block < 3; block++) {
            cache.add(key(block), BLOCK);
        }
        assertThat(cache.get(key(0))).isSameAs(BLOCK);
        cache.add(key(3), BLOCK);
        assertThat(cache.get(key(1))).isNull();
        assertThat(cache.get(key(0))).isSameAs(BLOCK);
        assertThat(cache.bytes()).isEqualTo(3 * sizeOfOne());
    }

    @Test
    void countsABlockThatIsAddedAgainOnce() {
        BlockCache cache = new BlockCache(3 * sizeOfOne());
        cache.add(key(0), BLOCK);
        cache.add(key(0), BLOCK);
        assertThat(cache.bytes()).isEqualTo(sizeOfOne());
    }

    private static long sizeOfOne() {
        BlockCache cache = new BlockCache(Long.MAX_VALUE);
        cache.add(key(0), BLOCK);
        return cache.bytes();
    }

    private static BlockCache.Key key(int block) {
        return new BlockCache.Key(1, 2, block);
    }

    private static IdentityBlock block() {
        IdentityBatch batch = new IdentityBatch(1);
        batch.visit(1, 2, 3, 4);
        return IdentityBlock.of(BlockWriter.bytes(batch, 0, 1, 0, 0));
    }
}
