package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.usage.UsageCell;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * Cells of one window as one value in state. Version 1: the version byte, the different texts
 * (meters, groups, subjects), then per cell the numbers of its three texts and its partial.
 */
final class CellBlock {

    private static final int VERSION = 1;
    private static final int BYTES_PER_CELL = 64;

    private CellBlock() {}

    static byte[] of(Collection<KnownCell> cells) {
        DataOutputSerializer body = new DataOutputSerializer(64 + cells.size() * BYTES_PER_CELL);
        Map<String, Integer> texts = new HashMap<>();
        List<String> ordered = new ArrayList<>();
        try {
            for (KnownCell cell : cells) {
                UsageCell name = cell.name();
                BlockBytes.writeCount(body, number(name.meter(), texts, ordered));
                BlockBytes.writeCount(body, number(name.group(), texts, ordered));
                BlockBytes.writeCount(body, number(name.subject(), texts, ordered));
                PartialBytes.write(body, cell.partial());
            }
            DataOutputSerializer block = new DataOutputSerializer(64 + body.length());
            block.writeByte(VERSION);
            BlockBytes.writeTexts(block, ordered);
            BlockBytes.writeCount(block, cells.size());
            block.write(body.getSharedBuffer(), 0, body.length());
            return block.getCopyOfBuffer();
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail to be written", e);
        }
    }

    private static int number(String text, Map<String, Integer> texts, List<String> ordered) {
        Integer known = texts.putIfAbsent(text, ordered.size());
        if (known == null) {
            ordered.add(text);
            return ordered.size() - 1;
        }
        return known;
    }

    /**
     * Gives the cells of a block in their order.
     *
     * @throws IOException if the bytes are no block of the known version
     */
    static void read(byte[] bytes, TimeWindow window, Consumer<KnownCell> cells)
            throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        BlockBytes.demandVersion(in.readUnsignedByte(), VERSION, "cells");
        List<String> texts = BlockBytes.readTexts(in);
        int count = BlockBytes.readCount(in);
        for (int i = 0; i < count; i++) {
            String meter = texts.get(BlockBytes.readCount(in));
            String group = texts.get(BlockBytes.readCount(in));
            String subject = texts.get(BlockBytes.readCount(in));
            UsagePartial partial = PartialBytes.read(in);
            cells.accept(
                    KnownCell.stored(
                            new UsageCell(
                                    meter, subject, group, window.getStart(), window.getEnd()),
                            partial));
        }
    }
}
