package io.tallyflow.connectors.kafka.source;

import java.util.Map;

/** Asks the broker where partitions end. */
interface PartitionEnds extends AutoCloseable {

    /**
     * Where a partition ends.
     *
     * @param emptyFrom the smallest offset from which on there is no record a reader could still be
     *     handed
     * @param readableUpTo how far a reader can come now; before {@code emptyFrom} while a
     *     transaction is open
     */
    record End(long emptyFrom, long readableUpTo) {

        /** With no transaction open. */
        static End at(long offset) {
            return new End(offset, offset);
        }
    }

    /**
     * Where each partition ends.
     *
     * @param nextOffsets next offset to be read, per partition
     * @return per partition; those that could not be asked are missing
     */
    Map<Integer, End> ask(Map<Integer, Long> nextOffsets);

    @Override
    void close();
}
