package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.usage.DistinctValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.jspecify.annotations.Nullable;

/**
 * The distinct values of one open window: a set of hashes in memory, and their texts in state, in
 * blocks of those that came between two barriers. When memory has no room they are rows in state,
 * and state alone tells which are new.
 */
final class OpenValues {

    private static final int BYTES_OF_VALUE = 200;

    private final int key;
    private final TimeWindow window;
    private final WindowState state;
    private final List<DistinctValue> unwritten = new ArrayList<>();
    private @Nullable SeenValues seen;
    private boolean inRows;
    private int nextBlock;
    private long bytesOfUnwritten;

    OpenValues(int key, TimeWindow window, WindowState state) {
        this.key = key;
        this.window = window;
        this.state = state;
    }

    /** Takes up what a checkpoint holds of them. */
    void restore(boolean fromRows) throws Exception {
        inRows = fromRows;
        if (fromRows) {
            return;
        }
        for (Map.Entry<Integer, byte[]> block : state.valueBlocks(key, window).entrySet()) {
            ValueBlock.read(block.getValue(), window, this::isNewToMemory);
            nextBlock = block.getKey() + 1;
        }
    }

    /** Whether the value is seen for the first time; it is not from now on. */
    boolean isNew(DistinctValue value) throws Exception {
        if (inRows) {
            return state.addValueRow(key, value);
        }
        if (isNewToMemory(value)) {
            unwritten.add(value);
            bytesOfUnwritten += BYTES_OF_VALUE + value.text().length();
            return true;
        }
        return false;
    }

    private boolean isNewToMemory(DistinctValue value) {
        if (seen == null) {
            seen = new SeenValues();
        }
        return seen.add(value);
    }

    /** Brings into state what it does not hold yet. */
    void write() throws Exception {
        if (!unwritten.isEmpty()) {
            state.putValueBlock(key, window, nextBlock++, ValueBlock.of(unwritten));
            unwritten.clear();
            bytesOfUnwritten = 0;
        }
    }

    /** Goes on in rows, without blocks. */
    void release() throws Exception {
        forEach(this::addRow);
        removeBlocks();
        inRows = true;
        seen = null;
        unwritten.clear();
        bytesOfUnwritten = 0;
    }

    /** Removes from state what was not released. */
    void removeBlocks() throws Exception {
        for (int block = 0; block < nextBlock; block++) {
            state.removeValueBlock(key, window, block);
        }
        nextBlock = 0;
    }

    private void addRow(DistinctValue value) {
        try {
            state.addValueRow(key, value);
        } catch (Exception e) {
            throw new IllegalStateException("a distinct value could not be brought into state", e);
        }
    }

    void forEach(Consumer<DistinctValue> values) throws Exception {
        if (inRows) {
            state.valueRows(key, window, values);
            return;
        }
        for (int block = 0; block < nextBlock; block++) {
            ValueBlock.read(state.valueBlock(key, window, block), window, values);
        }
        unwritten.forEach(values);
    }

    /** Bytes of heap, about. */
    long bytes() {
        return bytesOfUnwritten + (seen == null ? 0 : seen.bytes());
    }
}
