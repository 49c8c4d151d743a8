package io.tallyflow.functions.identities;

import io.tallyflow.functions.identities.block.BlockCache;
import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.IdentityBlocks;
import io.tallyflow.functions.identities.block.IdentityLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What all keys of a subtask remember. Recent identities have one budget of memory: those that have
 * no room are sealed into state before they are due, and fewer copies of sealed ones are kept. The
 * filters of older ones, little more than a byte each, have a budget of their own; those that have
 * no room are read again from state when they are needed.
 */
public final class KeyedIdentities implements Identities {

    /** What a slot of the table of recent identities takes, times the slots an identity has. */
    private static final int BYTES_PER_UNSEALED = 64;

    private static final int LEAST_SEALED = 1_024;

    /**
     * One identity is sealed once, handed down about as often as there are levels of shelves, and
     * once or twice more when its slice is over.
     */
    private static final int WORK_PER_IDENTITY = 8;

    private static final int LEAST_WORK = 20_000;

    private final int[] keys;
    private final @Nullable RememberedIdentities[] byKey;
    private final long mostBytes;
    private final FilterMemory filters;
    private final List<RememberedIdentities> touched = new ArrayList<>();
    private final boolean[] isTouched;
    private int tidied;

    /** Identities that sealing and merging have yet to handle, to keep up with what comes. */
    private long owedWork;

    /**
     * @param mostBytes that recent identities may take, about
     * @param filterBytes that filters of older ones may take
     * @param entries the entries in state of a key
     */
    public KeyedIdentities(
            int[] keys, long mostBytes, long filterBytes, IntFunction<IdentityBlocks> entries) {
        this.keys = keys;
        this.mostBytes = mostBytes;
        this.filters = new FilterMemory(filterBytes);
        this.byKey = new RememberedIdentities[Arrays.stream(keys).max().orElse(0) + 1];
        this.isTouched = new boolean[byKey.length];
        BlockCache cache = new BlockCache(mostBytes / 8);
        IdentityLimits limits = limits(mostBytes, keys.length);
        for (int key : keys) {
            RememberedIdentities identities =
                    new RememberedIdentities(key, entries.apply(key), limits, cache, filters);
            identities.keepCopiesWithin(mostBytes / 2 / keys.length);
            byKey[key] = identities;
        }
    }

    /** So that the unsealed ones of all keys have room in half of the memory. */
    private static IdentityLimits limits(long mostBytes, int keys) {
        IdentityLimits usual = IdentityLimits.defaults();
        long room = mostBytes / 2 / keys / BYTES_PER_UNSEALED;
        return usual.sealing((int) Math.max(LEAST_SEALED, Math.min(usual.sealedIds(), room)));
    }

    @Override
    public @Nullable FirstSeen first(int key, long high, long low) {
        return of(key).first(high, low);
    }

    @Override
    public void put(int key, long high, long low, long kafkaTimeMillis, long contentHash) {
        RememberedIdentities identities = of(key);
        identities.put(high, low, kafkaTimeMillis, contentHash);
        markTouched(key, identities);
        owedWork += WORK_PER_IDENTITY;
    }

    private void markTouched(int key, RememberedIdentities identities) {
        if (!isTouched[key]) {
            isTouched[key] = true;
            touched.add(identities);
        }
    }

    private RememberedIdentities of(int key) {
        RememberedIdentities identities = byKey[key];
        if (identities == null) {
            throw new IllegalStateException("key " + key + " is not of this subtask");
        }
        return identities;
    }

    /**
     * Little is sealed and merged here, so that the barrier does not wait: that is what {@link
     * #tidy} does in between.
     */
    @Override
    public void write(long nowMillis, long forgottenMillis) {
        owedWork = Math.max(owedWork, LEAST_WORK);
        work(nowMillis, forgottenMillis);
        for (RememberedIdentities identities : touched) {
            identities.log();
        }
        touched.clear();
        Arrays.fill(isTouched, false);
    }

    /** The work for all that comes between two barriers would hold up the second. */
    @Override
    public void tidy(long nowMillis, long forgottenMillis) {
        work(nowMillis, forgottenMillis);
        keepWithinMemory(nowMillis);
    }

    /** Seals and merges what is due. */
    private void work(long nowMillis, long forgottenMillis) {
        int idle = 0;
        while (owedWork > 0 && idle < keys.length) {
            int key = keys[tidied];
            RememberedIdentities identities = of(key);
            int handled = identities.tidy(nowMillis, forgottenMillis);
            if (handled > 0) {
                markTouched(key, identities);
                owedWork -= handled;
            }
            idle = handled > 0 ? 0 : idle + 1;
            tidied = (tidied + 1) % keys.length;
        }
        // What is not there to be done is not owed later.
        owedWork = Math.min(owedWork, 0);
    }

    /**
     * Gives memory back between barriers, if recent identities take too much. The filters of older
     * ones are not of it: sealing makes more of them.
     */
    void keepWithinMemory(long nowMillis) {
        if (recentBytes() <= mostBytes) {
            return;
        }
        for (int key : keys) {
            RememberedIdentities identities = of(key);
            if (identities.seal(nowMillis) > 0) {
                markTouched(key, identities);
            }
            identities.keepCopiesWithin(mostBytes / 4 / keys.length);
        }
    }

    private long recentBytes() {
        long bytes = 0;
        for (int key : keys) {
            bytes += of(key).recentBytes();
        }
        return bytes;
    }

    @Override
    public long bytes() {
        long bytes = filters.bytes();
        for (int key : keys) {
            bytes += of(key).bytes();
        }
        return bytes;
    }

    @Override
    public long filterReads() {
        return filters.reads();
    }
}
