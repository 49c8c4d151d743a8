package io.tallyflow.functions.identities;

import io.tallyflow.functions.identities.block.IdentityBlocks;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Entries of one key group as a state backend would hold them, with a clock that is set by hand.
 */
public final class BlocksInMemory implements IdentityBlocks {

    private static final Comparator<Key> BY_NUMBER =
            Comparator.comparingInt(Key::run).thenComparingInt(Key::block);

    private final Map<Key, Entry> entries;
    private long nowMillis;
    private int reads;

    public BlocksInMemory() {
        this(new TreeMap<>(BY_NUMBER), 0);
    }

    private BlocksInMemory(Map<Key, Entry> entries, long nowMillis) {
        this.entries = entries;
        this.nowMillis = nowMillis;
    }

    public record Key(int run, int block) {}

    @SuppressWarnings("ArrayRecordComponent")
    public record Entry(byte[] bytes, long writtenMillis) {}

    @Override
    public byte @Nullable [] get(int run, int block) {
        reads++;
        Entry entry = entries.get(new Key(run, block));
        return entry == null ? null : entry.bytes();
    }

    @Override
    public void put(int run, int block, byte[] bytes) {
        entries.put(new Key(run, block), new Entry(bytes, nowMillis));
    }

    @Override
    public void remove(int run, int block) {
        entries.remove(new Key(run, block));
    }

    public Map<Key, Entry> entries() {
        return entries;
    }

    /** How often an entry was asked for. */
    public int reads() {
        return reads;
    }

    /** Bytes of all entries, without their keys. */
    public long bytes() {
        return entries.values().stream().mapToLong(entry -> entry.bytes().length).sum();
    }

    /** What a checkpoint would hold. */
    public BlocksInMemory copy() {
        Map<Key, Entry> copy = new TreeMap<>(BY_NUMBER);
        copy.putAll(entries);
        return new BlocksInMemory(copy, nowMillis);
    }

    public void setNow(long millis) {
        nowMillis = millis;
    }

    /** Drops about half of the entries that were written before a moment. */
    public void expireSome(long beforeMillis, Random random) {
        entries.values()
                .removeIf(entry -> entry.writtenMillis() < beforeMillis && random.nextBoolean());
    }
}
