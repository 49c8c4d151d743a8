package io.tallyflow.functions.deduplicate;

import org.jspecify.annotations.Nullable;

/** The blocks of a key group's runs, fetched through a cache. */
final class CachedBlocks {

    private final int keyGroup;
    private final IdentityBlocks blocks;
    private final BlockCache cache;

    CachedBlocks(int keyGroup, IdentityBlocks blocks, BlockCache cache) {
        this.keyGroup = keyGroup;
        this.blocks = blocks;
        this.cache = cache;
    }

    /** A block of a run; null if state has none. */
    @Nullable IdentityBlock get(int run, int number) {
        BlockCache.Key key = new BlockCache.Key(keyGroup, run, number);
        IdentityBlock cached = cache.get(key);
        return cached == null ? fetch(key) : cached;
    }

    private @Nullable IdentityBlock fetch(BlockCache.Key key) {
        byte[] bytes = blocks.get(key.run(), key.block());
        if (bytes == null) {
            return null;
        }
        IdentityBlock block = IdentityBlock.of(bytes);
        cache.add(key, block);
        return block;
    }
}
