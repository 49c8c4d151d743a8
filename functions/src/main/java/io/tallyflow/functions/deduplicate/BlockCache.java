package io.tallyflow.functions.deduplicate;

/** The blocks fetched last, of all key groups of a subtask. Confined to one thread. */
final class BlockCache {

    /**
     * @param maxBytes how much it holds at most
     */
    BlockCache(long maxBytes) {}

    /** Bytes held. */
    long bytes() {
        throw new UnsupportedOperationException();
    }
}
