package io.tallyflow.functions.identities.run;

import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.HashRange;
import io.tallyflow.functions.identities.block.IdentityBatch;
import io.tallyflow.functions.identities.block.IdentityBlocks;
import io.tallyflow.functions.identities.block.IdentityLimits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a key group, which it keeps few by merging.
 *
 * <p>Slices stand in the order in which they were begun, which is that of their times as long as
 * the clock goes forward. One that goes back far begins a slice of its own time: what was sealed
 * while it was ahead must not keep all that comes from being forgotten. One that goes back less
 * stays in the slice that it was in, so that slices are few.
 */
public final class SealedIdentities {

    /** How far a clock goes back without a slice of its own; about as far as is remembered. */
    private static final int SLICES_AHEAD = 10;

    private final IdentityBlocks blocks;
    private final RunReader reader;
    private final IdentityLimits limits;
    private final FilterMemory memory;
    private final RunWriter writer;
    private final MergePolicy policy;

    /** From the newest to the oldest, no two of one number. */
    private final List<IdentitySlice> slices = new ArrayList<>();

    private List<IdentityRun> runs = List.of();
    private long bytes;
    private long oldestMillis;
    private boolean isTidy;

    public SealedIdentities(
            IdentityBlocks blocks,
            RunReader reader,
            IdentityLimits limits,
            FilterMemory memory,
            int nextRun) {
        this.blocks = blocks;
        this.reader = reader;
        this.limits = limits;
        this.memory = memory;
        this.writer = new RunWriter(blocks, memory, limits, nextRun);
        this.policy = new MergePolicy(limits);
        for (RunHeader header : RunList.read(blocks)) {
            restored(numberOf(header.sealedMillis())).top().restore(new IdentityRun(header));
        }
        changed();
    }

    private long numberOf(long millis) {
        return Math.floorDiv(millis, limits.sliceMillis());
    }

    private @Nullable IdentitySlice slice(long number) {
        for (IdentitySlice slice : slices) {
            if (slice.number() == number) {
                return slice;
            }
        }
        return null;
    }

    /** The list of runs has them in the order of their slices. */
    private IdentitySlice restored(long number) {
        IdentitySlice slice = slice(number);
        if (slice == null) {
            slice = new IdentitySlice(number);
            slices.add(slice);
        }
        return slice;
    }

    /** The slice that takes what is sealed at a moment. */
    private IdentitySlice open(long nowMillis) {
        long number = numberOf(nowMillis);
        if (!slices.isEmpty()) {
            long newest = slices.get(0).number();
            if (newest >= number && newest <= number + SLICES_AHEAD) {
                return slices.get(0);
            }
        }
        while (slice(number) != null) {
            number++;
        }
        IdentitySlice opened = new IdentitySlice(number);
        slices.add(0, opened);
        return opened;
    }

    /** What was put last for an identity, of those that are sealed; or null. */
    public @Nullable FirstSeen first(long high, long low) {
        for (int i = 0; i < slices.size(); i++) {
            FirstSeen first = slices.get(i).top().first(high, low, reader);
            if (first != null) {
                return first;
            }
        }
        return null;
    }

    /**
     * Writes a run of identities that are newer than all others.
     *
     * @param sorted by hash, each once, at least one
     * @param nowMillis the time of writing
     */
    public void add(IdentityBatch sorted, long nowMillis) {
        IdentitySlice slice = open(nowMillis);
        long[] sealedMillis = {Math.max(nowMillis, slice.number() * limits.sliceMillis())};
        slice.forEach(
                run -> sealedMillis[0] = Math.max(sealedMillis[0], run.header().sealedMillis()));
        slice.top().runs().add(0, writer.write(HashRange.ALL, sorted, sealedMillis[0]));
        changed();
    }

    /**
     * Drops a run that is too old, or merges some runs of one shelf.
     *
     * @return how many identities were handled; 0 if there was nothing to do
     */
    public int tidy(long forgottenMillis) {
        int handled = oldestMillis < forgottenMillis ? dropOld(forgottenMillis) : merge();
        if (handled > 0) {
            changed();
        } else {
            isTidy = true;
        }
        return handled;
    }

    private int dropOld(long forgottenMillis) {
        for (IdentitySlice slice : slices) {
            for (IdentityShelf shelf : slice.shelves()) {
                for (IdentityRun run : shelf.runs()) {
                    if (run.header().sealedMillis() < forgottenMillis) {
                        run.remove(blocks, memory);
                        shelf.runs().remove(run);
                        return run.header().count();
                    }
                }
            }
        }
        return 0;
    }

    private int merge() {
        ShelfMerge merging = new ShelfMerge(blocks, writer, memory);
        for (int i = 0; i < slices.size() && !isTidy; i++) {
            for (IdentityShelf shelf : slices.get(i).shelves()) {
                MergePolicy.Merge next = policy.next(shelf.seen(i > 0));
                if (next != null) {
                    return merging.merge(shelf, next);
                }
            }
        }
        return 0;
    }

    /** The runs that there are, in the order of their slices. */
    public List<IdentityRun> runs() {
        return runs;
    }

    /** The number of the next run. */
    public int nextRun() {
        return writer.nextRun();
    }

    /** Bytes of memory, without those of filters. */
    public long bytes() {
        return bytes;
    }

    private void changed() {
        List<IdentityRun> all = new ArrayList<>();
        slices.forEach(slice -> slice.forEach(all::add));
        runs = all;
        bytes = 0;
        oldestMillis = Long.MAX_VALUE;
        for (IdentityRun run : all) {
            bytes += run.bytes();
            oldestMillis = Math.min(oldestMillis, run.header().sealedMillis());
        }
        slices.removeIf(slice -> !slice.top().hasRuns());
        isTidy = false;
    }
}
