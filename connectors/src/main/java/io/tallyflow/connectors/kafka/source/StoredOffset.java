package io.tallyflow.connectors.kafka.source;

import java.io.IOException;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.io.SimpleVersionedSerialization;

/**
 * Where a checkpoint goes on in a partition.
 *
 * @param next offset of the first record that is not in the checkpoint; negative if none was read
 */
public record StoredOffset(String topic, int partition, long next) {

    /** Name of the list state of Flink's sources, with an element per partition. */
    public static final String STATE = "SourceReaderState";

    /**
     * Reads an element.
     *
     * @throws IOException if it is no partition of Kafka
     */
    public static StoredOffset of(byte[] stored) throws IOException {
        KafkaPartitionSplit split =
                SimpleVersionedSerialization.readVersionAndDeSerialize(
                        new KafkaPartitionSplitSerializer(), stored);
        return new StoredOffset(split.getTopic(), split.getPartition(), split.getStartingOffset());
    }
}
