package io.tallyflow.functions.identities;

import io.tallyflow.functions.identities.block.BlockWriter;
import io.tallyflow.functions.identities.block.IdentityBatch;
import io.tallyflow.functions.identities.block.IdentityBlock;
import io.tallyflow.functions.identities.block.IdentityBlocks;
import io.tallyflow.functions.identities.block.IdentityFilter;
import io.tallyflow.functions.identities.block.IdentityHead;
import io.tallyflow.functions.identities.block.IdentityVisitor;

/**
 * The identities that are not sealed, in blocks in the order of their barriers. The last block is
 * written again, with more, until it is full: else many barriers with few identities would leave
 * many entries.
 */
final class IdentityLog {

    private final IdentityBlocks blocks;
    private final int fullBlock;

    private int from;
    private int open;
    private IdentityBatch news = new IdentityBatch(1);
    private int written;

    IdentityLog(IdentityBlocks blocks, int fullBlock, IdentityHead head) {
        this.blocks = blocks;
        this.fullBlock = fullBlock;
        this.from = head.logFrom();
        this.open = head.logTo();
    }

    /** Tells of all that the blocks hold, so that of an identity the last is what was put last. */
    void forEach(IdentityVisitor visitor) {
        for (int i = from; i < to(); i++) {
            byte[] bytes = blocks.get(IdentityHead.LOG, i);
            if (bytes != null) {
                IdentityBlock.of(bytes).forEach(0, IdentityFilter.empty(), visitor);
            }
        }
    }

    void add(long high, long low, long kafkaTimeMillis, long contentHash) {
        news.visit(high, low, kafkaTimeMillis, contentHash);
    }

    /** Writes what was added; false if nothing was. */
    boolean write() {
        if (news.size() == written) {
            return false;
        }
        IdentityBatch sorted = news.sorted();
        blocks.put(IdentityHead.LOG, open, BlockWriter.bytes(sorted, 0, sorted.size(), 0, 0));
        written = news.size();
        if (written >= fullBlock) {
            begin(open + 1);
        }
        return true;
    }

    private void begin(int block) {
        open = block;
        news = new IdentityBatch(1);
        written = 0;
    }

    /** Removes all blocks, and forgets what was added. */
    void clear() {
        int to = to();
        for (int i = from; i < to; i++) {
            blocks.remove(IdentityHead.LOG, i);
        }
        from = to;
        begin(to);
    }

    /** The first block. */
    int from() {
        return from;
    }

    /** The number after the last block. */
    int to() {
        return written > 0 ? open + 1 : open;
    }

    /** Bytes of memory. */
    long bytes() {
        return news.bytes();
    }
}
