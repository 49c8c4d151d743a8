package io.tallyflow.functions.identities.block;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The blocks fetched last, of all key groups of a subtask: a repeated event often comes repeatedly.
 * Confined to one thread.
 */
public final class BlockCache {

    /** Bytes of memory that a block takes beside its own. */
    private static final int ENTRY_BYTES = 250;

    private final long maxBytes;
    private final Map<Key, IdentityBlock> blocks = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /**
     * @param maxBytes how much it holds at most
     */
    public BlockCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Names a block; the numbers of runs are not used again while the cache lives. */
    public record Key(int keyGroup, int run, int block) {}

    public @Nullable IdentityBlock get(Key key) {
        return blocks.get(key);
    }

    public void add(Key key, IdentityBlock block) {
        IdentityBlock before = blocks.put(key, block);
        bytes += size(block) - (before == null ? 0 : size(before));
        Iterator<IdentityBlock> oldest = blocks.values().iterator();
        while (bytes > maxBytes) {
            bytes -= size(oldest.next());
            oldest.remove();
        }
    }

    private static long size(IdentityBlock block) {
        return ENTRY_BYTES + block.bytes();
    }

    /** Bytes held. */
    public long bytes() {
        return bytes;
    }
}
