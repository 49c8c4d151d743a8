package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.event.ParsedRecord;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.SourceOutput;

/** Hands records of a partition through and remembers how far they go. */
record ListeningOutput(
        SourceOutput<ParsedRecord> output, ToldTime told, PartitionWatermark partitionWatermark)
        implements SourceOutput<ParsedRecord> {

    @Override
    public void collect(ParsedRecord record) {
        output.collect(record);
        told.heed(record, partitionWatermark);
    }

    @Override
    public void collect(ParsedRecord record, long timestamp) {
        output.collect(record, timestamp);
        told.heed(record, partitionWatermark);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
        output.emitWatermark(watermark);
    }

    @Override
    public void markIdle() {
        output.markIdle();
    }

    @Override
    public void markActive() {
        output.markActive();
    }
}
