package io.tallyflow.functions.identities.run;

import io.tallyflow.functions.identities.block.BitString;
import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.HashRange;
import io.tallyflow.functions.identities.block.IdentityBlock;
import io.tallyflow.functions.identities.block.IdentityBlocks;
import io.tallyflow.functions.identities.block.IdentityFilter;
import io.tallyflow.functions.identities.block.IdentityVisitor;
import org.jspecify.annotations.Nullable;

/**
 * Sealed identities: their blocks in state, each with the hashes of an equal part of the run's
 * range, and filters that tell for which identities a block is worth a look, each for some blocks.
 * Filters are in state too, and in memory while they are needed. A block or filter without
 * identities is not there.
 */
public final class IdentityRun {

    /** Bytes of memory that a run takes beside its filters. */
    private static final int OBJECT_BYTES = 150;

    private static final int REFERENCE_BYTES = 8;

    private final RunHeader header;
    private final @Nullable IdentityFilter[] filters;

    // From the header, for every event asks.
    private final int rangeBits;
    private final int filterBits;

    public IdentityRun(RunHeader header) {
        this.header = header;
        this.filters = new IdentityFilter[header.filters()];
        this.rangeBits = header.range().bits();
        this.filterBits = header.filterBits();
    }

    RunHeader header() {
        return header;
    }

    /** Where its filters hang. */
    @Nullable IdentityFilter[] filters() {
        return filters;
    }

    /** Bytes of memory without the filters. */
    long bytes() {
        return OBJECT_BYTES + (long) filters.length * REFERENCE_BYTES;
    }

    /** What the run remembers of an identity in its range, or null. */
    @Nullable FirstSeen first(long high, long low, RunReader reader) {
        int number = (int) BitString.highest(high << rangeBits, filterBits);
        IdentityFilter filter = filters[number];
        if (filter == null) {
            filter = reader.read(header.number(), filters, number);
        }
        filter.need();
        return filter.mayHold(high, low) ? find(high, low, reader) : null;
    }

    private @Nullable FirstSeen find(long high, long low, RunReader reader) {
        IdentityBlock block = reader.get(header.number(), header.blockOf(high));
        return block == null ? null : block.first(high, low);
    }

    /** Tells of the identities in a part of the range, as far as state still holds them. */
    public void forEach(HashRange part, IdentityBlocks blocks, IdentityVisitor visitor) {
        int from = header.blockOf(part.prefix());
        int to = from + header.blocksOf(part);
        int block = from;
        while (block < to) {
            int ofFilter = header.filterOf(block);
            IdentityFilter filter = filter(ofFilter, blocks);
            for (; block < to && header.filterOf(block) == ofFilter; block++) {
                byte[] bytes = blocks.get(header.number(), block);
                if (bytes != null && filter.mayHoldAny()) {
                    IdentityBlock.of(bytes).forEach(header.firstHash(block), filter, visitor);
                }
            }
        }
    }

    private IdentityFilter filter(int number, IdentityBlocks blocks) {
        IdentityFilter filter = filters[number];
        return filter == null ? IdentityFilter.read(blocks, header.number(), number) : filter;
    }

    /** Removes the run from state and memory. */
    void remove(IdentityBlocks blocks, FilterMemory memory) {
        memory.remove(filters);
        for (int i = 0; i < filters.length; i++) {
            blocks.remove(header.number(), IdentityFilter.entry(i));
        }
        for (int i = 0; i < header.blocks(); i++) {
            blocks.remove(header.number(), i);
        }
    }
}
