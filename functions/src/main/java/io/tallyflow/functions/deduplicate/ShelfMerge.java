package io.tallyflow.functions.deduplicate;

import java.util.List;

/**
 * Makes fewer runs of those of a shelf: of the oldest ones a run for each quarter, on the shelf
 * under it; or of all, if they are few, one that stays. Identities that are too old are left out.
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
     * @param nowMillis the time of writing
     * @param oldestKafkaMillis the earliest Kafka time of identities that are kept
     * @return how many identities were handled
     */
    int merge(long nowMillis, long oldestKafkaMillis) {
        boolean stay = areFew() || shelf.range().level() == HashRange.LAST_LEVEL;
        List<IdentityRun> runs = stay ? List.copyOf(shelf.runs()) : oldest();
        shelf.runs().removeAll(runs);
        if (stay) {
            write(runs, shelf, nowMillis, oldestKafkaMillis);
        } else {
            for (int i = 0; i < QUARTERS; i++) {
                write(runs, shelf.quarter(i), nowMillis, oldestKafkaMillis);
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
            List<IdentityRun> runs, IdentityShelf target, long nowMillis, long oldestKafkaMillis) {
        IdentityBatch sorted = gather(runs, target.range(), oldestKafkaMillis).sorted();
        if (sorted.size() > 0) {
            target.runs().add(0, writer.write(target.range(), sorted, nowMillis));
        }
    }

    /** The identities from the oldest run to the newest, so that sorting keeps what is newest. */
    private IdentityBatch gather(List<IdentityRun> runs, HashRange range, long oldestKafkaMillis) {
        IdentityBatch batch = new IdentityBatch(count(runs) / QUARTERS);
        IdentityVisitor kept =
                (high, low, kafkaTimeMillis, contentHash) -> {
                    if (kafkaTimeMillis >= oldestKafkaMillis && range.contains(high)) {
                        batch.visit(high, low, kafkaTimeMillis, contentHash);
                    }
                };
        for (int i = runs.size() - 1; i >= 0; i--) {
            runs.get(i).forEach(range, blocks, kept);
        }
        return batch;
    }
}
