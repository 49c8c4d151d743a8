package io.tallyflow.functions.deduplicate;

import java.util.List;

/**
 * Makes fewer runs of those of a shelf: of the oldest ones a run for each quarter, on the shelf
 * under it; or of all, if they are few, one that stays. But no run of what was sealed over too long
 * a time: a run is dropped as a whole when the last of it may be forgotten.
 *
 * <p>So a merge handles about as many identities on every level, and each identity is merged once
 * whenever there have come to be four times as many.
 */
final class ShelfMerge {

    private static final int QUARTERS = 4;

    private final IdentityShelf shelf;
    private final IdentityBlocks blocks;
    private final RunWriter writer;
    private final IdentityLimits limits;

    ShelfMerge(
            IdentityShelf shelf, IdentityBlocks blocks, RunWriter writer, IdentityLimits limits) {
        this.shelf = shelf;
        this.blocks = blocks;
        this.writer = writer;
        this.limits = limits;
    }

    /**
     * Merges.
     *
     * @return how many identities were handled; 0 if their run would span too long a time
     */
    int merge() {
        boolean stay = areFew() || shelf.range().level() == HashRange.LAST_LEVEL;
        List<IdentityRun> runs = stay ? List.copyOf(shelf.runs()) : oldest();
        long oldestMillis = runs.get(runs.size() - 1).header().oldestMillis();
        long newestMillis = runs.get(0).header().newestMillis();
        if (newestMillis - oldestMillis > limits.mostSpanMillis()) {
            return 0;
        }
        shelf.runs().removeAll(runs);
        if (stay) {
            write(runs, shelf, oldestMillis, newestMillis);
        } else {
            for (int i = 0; i < QUARTERS; i++) {
                write(runs, shelf.quarter(i), oldestMillis, newestMillis);
            }
        }
        runs.forEach(run -> run.remove(blocks));
        return count(runs);
    }

    private boolean areFew() {
        return count(shelf.runs()) <= limits.sealedIds();
    }

    private static int count(List<IdentityRun> runs) {
        return runs.stream().mapToInt(run -> run.header().count()).reduce(0, Math::addExact);
    }

    private List<IdentityRun> oldest() {
        int size = shelf.runs().size();
        return List.copyOf(shelf.runs().subList(size - limits.shelfRuns(), size));
    }

    private void write(
            List<IdentityRun> runs, IdentityShelf target, long oldestMillis, long newestMillis) {
        IdentityBatch sorted = gather(runs, target.range()).sorted();
        if (sorted.size() > 0) {
            target.runs().add(0, writer.write(target.range(), sorted, oldestMillis, newestMillis));
        }
    }

    /** The identities from the oldest run to the newest, so that sorting keeps what is newest. */
    private IdentityBatch gather(List<IdentityRun> runs, HashRange range) {
        IdentityBatch batch = new IdentityBatch(count(runs) / QUARTERS);
        IdentityVisitor kept =
                (high, low, kafkaTimeMillis, contentHash) -> {
                    if (range.contains(high)) {
                        batch.visit(high, low, kafkaTimeMillis, contentHash);
                    }
                };
        for (int i = runs.size() - 1; i >= 0; i--) {
            runs.get(i).forEach(range, blocks, kept);
        }
        return batch;
    }
}
