package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * Distinct values of one window as one value in state. Version 1: the version byte, how many, then
 * per value its meter, group, subject and text.
 */
final class ValueBlock {

    private static final int VERSION = 1;

    private ValueBlock() {}

    static byte[] of(List<DistinctValue> values) {
        DataOutputSerializer block = new DataOutputSerializer(64 + values.size() * 64);
        try {
            block.writeByte(VERSION);
            BlockBytes.writeCount(block, values.size());
            for (DistinctValue value : values) {
                BlockBytes.writeText(block, value.cell().meter());
                BlockBytes.writeText(block, value.cell().group());
                BlockBytes.writeText(block, value.cell().subject());
                BlockBytes.writeText(block, value.text());
            }
            return block.getCopyOfBuffer();
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail to be written", e);
        }
    }

    /**
     * The values of several blocks as one.
     *
     * @throws IOException if the bytes are no blocks of the known version
     */
    static byte[] joined(List<byte[]> blocks) throws IOException {
        int count = 0;
        DataOutputSerializer values = new DataOutputSerializer(256);
        for (byte[] block : blocks) {
            DataInputDeserializer in = new DataInputDeserializer(block);
            count += readCount(in);
            values.write(block, in.getPosition(), in.available());
        }
        DataOutputSerializer joined = new DataOutputSerializer(8 + values.length());
        joined.writeByte(VERSION);
        BlockBytes.writeCount(joined, count);
        joined.write(values.getSharedBuffer(), 0, values.length());
        return joined.getCopyOfBuffer();
    }

    private static int readCount(DataInputDeserializer in) throws IOException {
        BlockBytes.demandVersion(in.readUnsignedByte(), VERSION, "distinct values");
        return BlockBytes.readCount(in);
    }

    /**
     * Gives the values of a block in their order.
     *
     * @throws IOException if the bytes are no block of the known version
     */
    static void read(byte[] bytes, TimeWindow window, Consumer<DistinctValue> values)
            throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        int count = readCount(in);
        for (int i = 0; i < count; i++) {
            String meter = BlockBytes.readText(in);
            String group = BlockBytes.readText(in);
            String subject = BlockBytes.readText(in);
            UsageCell cell =
                    new UsageCell(meter, subject, group, window.getStart(), window.getEnd());
            values.accept(new DistinctValue(cell, BlockBytes.readText(in)));
        }
    }
}
