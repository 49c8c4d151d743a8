package io.tallyflow.functions.identities.run;

import io.tallyflow.functions.identities.block.BlockCache;
import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.IdentityBlock;
import io.tallyflow.functions.identities.block.IdentityBlocks;
import io.tallyflow.functions.identities.block.IdentityFilter;
import org.jspecify.annotations.Nullable;

/** The blocks and filters of a key group's runs, fetched through what memory holds of them. */
public final class RunReader {

    private final int keyGroup;
    private final IdentityBlocks blocks;
    private final BlockCache cache;
    private final FilterMemory filters;

    public RunReader(int keyGroup, IdentityBlocks blocks, BlockCache cache, FilterMemory filters) {
        this.keyGroup = keyGroup;
        this.blocks = blocks;
        this.cache = cache;
        this.filters = filters;
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

    /**
     * A filter that is not in memory, and is from now on, as long as there is room.
     *
     * @param home where it belongs
     */
    IdentityFilter read(int run, @Nullable IdentityFilter[] home, int number) {
        IdentityFilter filter = IdentityFilter.read(blocks, run, number);
        filters.addRead(filter, home, number);
        return filter;
    }
}
