package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.deduplicate.LaneDecision.First;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The runs of a key group, which it keeps few by merging. */
final class SealedIdentities {

    private final IdentityBlocks blocks;
    private final CachedBlocks cached;
    private final IdentityLimits limits;
    private final RunWriter writer;
    private final IdentityShelf shelves = new IdentityShelf(HashRange.ALL);

    private int[] numbers = {};
    private long bytes;

    SealedIdentities(
            IdentityBlocks blocks, CachedBlocks cached, IdentityLimits limits, IdentityHead head) {
        this.blocks = blocks;
        this.cached = cached;
        this.limits = limits;
        this.writer = new RunWriter(blocks, limits.blockIds(), head.nextRun());
        for (int number : head.runs()) {
            restore(number);
        }
        changed();
    }

    /** Reads a run, unless state has dropped it. */
    private void restore(int number) {
        byte[] entry = blocks.get(number, IdentityRun.FILTER);
        if (entry != null) {
            shelves.restore(IdentityRun.of(number, entry));
        }
    }

    /** What was put last for an identity, of those that are sealed; or null. */
    @Nullable First first(long high, long low) {
        return shelves.first(high, low, cached);
    }

    /**
     * Writes a run of identities that are newer than all others.
     *
     * @param sorted by hash, each once, at least one
     */
    void add(IdentityBatch sorted, long nowMillis) {
        shelves.runs().add(0, writer.write(HashRange.ALL, sorted, nowMillis, nowMillis));
        changed();
    }

    /**
     * Drops a run that is too old, or merges the runs of one shelf.
     *
     * @return how many identities were handled; 0 if there was nothing to do
     */
    int tidy(long forgottenMillis) {
        for (IdentityShelf shelf : shelves()) {
            int handled = dropOld(shelf, forgottenMillis);
            if (handled == 0 && shelf.runs().size() >= limits.shelfRuns()) {
                handled = new ShelfMerge(shelf, blocks, writer, limits).merge();
            }
            if (handled > 0) {
                changed();
                return handled;
            }
        }
        return 0;
    }

    private int dropOld(IdentityShelf shelf, long forgottenMillis) {
        for (IdentityRun run : shelf.runs()) {
            if (run.header().newestMillis() < forgottenMillis) {
                run.remove(blocks);
                shelf.runs().remove(run);
                return run.header().count();
            }
        }
        return 0;
    }

    /** The numbers of the runs that there are. */
    int[] numbers() {
        return numbers;
    }

    /** The number of the next run. */
    int nextRun() {
        return writer.nextRun();
    }

    /** Bytes of memory. */
    long bytes() {
        return bytes;
    }

    private void changed() {
        List<IdentityRun> runs = new ArrayList<>();
        shelves().forEach(shelf -> runs.addAll(shelf.runs()));
        numbers = runs.stream().mapToInt(IdentityRun::number).toArray();
        bytes = runs.stream().mapToLong(IdentityRun::bytes).sum();
    }

    private List<IdentityShelf> shelves() {
        List<IdentityShelf> all = new ArrayList<>();
        shelves.forEach(all::add);
        return all;
    }
}
