package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.deduplicate.LaneDecision.First;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The runs of a key group, which it keeps few by merging. */
final class SealedIdentities {

    private final IdentityBlocks blocks;
    private final RunReader reader;
    private final IdentityLimits limits;
    private final FilterMemory memory;
    private final RunWriter writer;
    private final MergePolicy policy;

    /** From the newest to the oldest. */
    private final List<IdentitySlice> slices = new ArrayList<>();

    private List<IdentityRun> runs = List.of();
    private long bytes;
    private long oldestMillis;
    private long newestMillis;
    private boolean isTidy;

    SealedIdentities(
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
            slice(header.sealedMillis()).top().restore(new IdentityRun(header));
        }
        changed();
    }

    /** The slice of a moment, made if it is not there. */
    private IdentitySlice slice(long sealedMillis) {
        long number = Math.floorDiv(sealedMillis, limits.sliceMillis());
        int at = 0;
        while (at < slices.size() && slices.get(at).number() > number) {
            at++;
        }
        if (at == slices.size() || slices.get(at).number() < number) {
            slices.add(at, new IdentitySlice(number));
        }
        return slices.get(at);
    }

    /** What was put last for an identity, of those that are sealed; or null. */
    @Nullable First first(long high, long low) {
        for (int i = 0; i < slices.size(); i++) {
            First first = slices.get(i).top().first(high, low, reader);
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
     * @param nowMillis the time; if it is before that of the last call, that one counts
     */
    void add(IdentityBatch sorted, long nowMillis) {
        long sealedMillis = Math.max(nowMillis, newestMillis);
        IdentityRun run = writer.write(HashRange.ALL, sorted, sealedMillis);
        slice(sealedMillis).top().runs().add(0, run);
        changed();
    }

    /**
     * Drops a run that is too old, or merges some runs of one shelf.
     *
     * @return how many identities were handled; 0 if there was nothing to do
     */
    int tidy(long forgottenMillis) {
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

    /** The runs that there are. */
    List<IdentityRun> runs() {
        return runs;
    }

    /** The number of the next run. */
    int nextRun() {
        return writer.nextRun();
    }

    /** Bytes of memory, without those of filters. */
    long bytes() {
        return bytes;
    }

    private void changed() {
        List<IdentityRun> all = new ArrayList<>();
        slices.forEach(slice -> slice.forEach(all::add));
        runs = all;
        bytes = 0;
        oldestMillis = Long.MAX_VALUE;
        newestMillis = Long.MIN_VALUE;
        for (IdentityRun run : all) {
            bytes += run.bytes();
            oldestMillis = Math.min(oldestMillis, run.header().sealedMillis());
            newestMillis = Math.max(newestMillis, run.header().sealedMillis());
        }
        slices.removeIf(slice -> !slice.top().hasRuns());
        isTidy = false;
    }
}
