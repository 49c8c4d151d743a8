package io.tallyflow.functions.identities.run;

import io.tallyflow.functions.identities.block.BlockWriter;
import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.FilterPlan;
import io.tallyflow.functions.identities.block.HashRange;
import io.tallyflow.functions.identities.block.IdentityBatch;
import io.tallyflow.functions.identities.block.IdentityBlocks;
import io.tallyflow.functions.identities.block.IdentityFilter;
import io.tallyflow.functions.identities.block.IdentityLimits;

/** Writes runs into state. */
final class RunWriter {

    private final IdentityBlocks blocks;
    private final FilterMemory memory;
    private final IdentityLimits limits;
    private int nextRun;

    /**
     * @param memory where the filters of a run are held at first
     * @param nextRun greater than the number of every run that there is
     */
    RunWriter(IdentityBlocks blocks, FilterMemory memory, IdentityLimits limits, int nextRun) {
        this.blocks = blocks;
        this.memory = memory;
        this.limits = limits;
        this.nextRun = nextRun;
    }

    int nextRun() {
        return nextRun;
    }

    /**
     * Writes a run.
     *
     * @param sorted its identities by hash, each once, all in the range
     * @param sealedMillis when the last of them were sealed
     */
    IdentityRun write(HashRange range, IdentityBatch sorted, long sealedMillis) {
        int blockBits = bits(sorted.size(), limits.blockIds(), RunHeader.MOST_BLOCK_BITS);
        RunHeader header =
                new RunHeader(
                        nextRun++,
                        range,
                        blockBits,
                        bits(sorted.size(), limits.filterIds(), blockBits),
                        sorted.size(),
                        sealedMillis);
        IdentityRun run = new IdentityRun(header);
        int from = 0;
        for (int i = 0; i < header.filters(); i++) {
            int to = from;
            while (to < sorted.size() && header.filterOf(header.blockOf(sorted.high(to))) == i) {
                to++;
            }
            writePart(run, i, sorted, from, to);
            from = to;
        }
        return run;
    }

    /** How many bits number so many parts that each has about so many identities at most. */
    private static int bits(int count, int ofPart, int most) {
        int least = (count - 1) / ofPart;
        return Math.min(Integer.SIZE - Integer.numberOfLeadingZeros(least), most);
    }

    private void writePart(IdentityRun run, int number, IdentityBatch sorted, int from, int to) {
        if (from == to) {
            memory.add(IdentityFilter.ofNone(), run.filters(), number);
            return;
        }
        IdentityFilter filter = FilterPlan.filterOf(sorted, from, to);
        filter.write(blocks, run.header().number(), number);
        writeBlocks(run.header(), filter.tailBits(), sorted, from, to);
        memory.add(filter, run.filters(), number);
    }

    private void writeBlocks(
            RunHeader header, int tailBits, IdentityBatch sorted, int at, int end) {
        int from = at;
        while (from < end) {
            int block = header.blockOf(sorted.high(from));
            int to = from + 1;
            while (to < end && header.blockOf(sorted.high(to)) == block) {
                to++;
            }
            blocks.put(
                    header.number(),
                    block,
                    BlockWriter.bytes(sorted, from, to, header.sharedBits(), tailBits));
            from = to;
        }
    }
}
