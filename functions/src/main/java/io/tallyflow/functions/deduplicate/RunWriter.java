package io.tallyflow.functions.deduplicate;

/** Writes runs into state. */
final class RunWriter {

    private final IdentityBlocks blocks;
    private final int blockIds;
    private int nextRun;

    /**
     * @param blockIds about how many identities a block holds at most
     * @param nextRun greater than the number of every run that there is
     */
    RunWriter(IdentityBlocks blocks, int blockIds, int nextRun) {
        this.blocks = blocks;
        this.blockIds = blockIds;
        this.nextRun = nextRun;
    }

    int nextRun() {
        return nextRun;
    }

    /**
     * Writes a run.
     *
     * @param sorted its identities by hash, each once, all in the range
     * @param oldestMillis when the first of them were sealed
     * @param newestMillis when the last of them were sealed
     */
    IdentityRun write(HashRange range, IdentityBatch sorted, long oldestMillis, long newestMillis) {
        int number = nextRun++;
        RunHeader header =
                new RunHeader(
                        range, blockBits(sorted.size()), sorted.size(), oldestMillis, newestMillis);
        IdentityRun run = new IdentityRun(number, header, FilterPlan.filterOf(sorted));
        writeBlocks(run, sorted);
        blocks.put(number, IdentityRun.FILTER, run.toBytes());
        return run;
    }

    private int blockBits(int count) {
        int least = (count - 1) / blockIds;
        return Math.min(
                Integer.SIZE - Integer.numberOfLeadingZeros(least), RunHeader.MOST_BLOCK_BITS);
    }

    private void writeBlocks(IdentityRun run, IdentityBatch sorted) {
        RunHeader header = run.header();
        int from = 0;
        while (from < sorted.size()) {
            int block = header.blockOf(sorted.high(from));
            int to = from + 1;
            while (to < sorted.size() && header.blockOf(sorted.high(to)) == block) {
                to++;
            }
            blocks.put(run.number(), block, bytes(run, sorted, from, to));
            from = to;
        }
    }

    private static byte[] bytes(IdentityRun run, IdentityBatch sorted, int from, int to) {
        return BlockWriter.bytes(sorted, from, to, run.header().sharedBits(), run.tailBits());
    }
}
