package io.tallyflow.functions.identities.run;

import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.HashRange;
import io.tallyflow.functions.identities.block.IdentityBatch;
import io.tallyflow.functions.identities.block.IdentityBlocks;
import io.tallyflow.functions.identities.block.IdentityVisitor;
import java.util.List;

/** Merges runs of a shelf: into one in their place, or into one for each quarter under it. */
final class ShelfMerge {

    private static final int QUARTERS = 4;

    private final IdentityBlocks blocks;
    private final RunWriter writer;
    private final FilterMemory memory;

    ShelfMerge(IdentityBlocks blocks, RunWriter writer, FilterMemory memory) {
        this.blocks = blocks;
        this.writer = writer;
        this.memory = memory;
    }

    /**
     * Merges.
     *
     * @return how many identities were handled
     */
    int merge(IdentityShelf shelf, MergePolicy.Merge merge) {
        List<IdentityRun> place = shelf.runs().subList(merge.from(), merge.to());
        List<IdentityRun> runs = List.copyOf(place);
        place.clear();
        if (merge.down()) {
            for (int i = 0; i < QUARTERS; i++) {
                IdentityShelf quarter = shelf.quarter(i);
                write(runs, quarter, 0);
            }
        } else {
            write(runs, shelf, merge.from());
        }
        runs.forEach(run -> run.remove(blocks, memory));
        return count(runs);
    }

    private static int count(List<IdentityRun> runs) {
        return runs.stream().mapToInt(run -> run.header().count()).reduce(0, Math::addExact);
    }

    private void write(List<IdentityRun> runs, IdentityShelf target, int at) {
        IdentityBatch sorted = gather(runs, target.range()).sorted();
        if (sorted.size() > 0) {
            long sealedMillis = runs.get(0).header().sealedMillis();
            target.runs().add(at, writer.write(target.range(), sorted, sealedMillis));
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
