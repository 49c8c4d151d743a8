package io.tallyflow.connectors.kafka;

import java.io.Serializable;
import java.util.Map;

/** Asks the broker where partitions end. */
interface PartitionEnds extends AutoCloseable {

    /**
     * Where each partition is empty from on.
     *
     * @param nextOffsets next offset to be read, per partition
     * @return per partition, the smallest offset from which on there is no record a reader could
     *     still be handed. Partitions that could not be asked are missing.
     */
    Map<Integer, Long> emptyFrom(Map<Integer, Long> nextOffsets);

    @Override
    void close();

    /** Makes one per reader. */
    interface Factory extends Serializable {
        PartitionEnds open();
    }
}
