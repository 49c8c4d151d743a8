package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.memory.HeapBytes;
import io.tallyflow.schemas.usage.DistinctValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.jspecify.annotations.Nullable;

/**
 * The distinct values of one open window: a set of hashes in memory, and their texts in state, in
 * blocks. When memory has no room they are rows in state, and state alone tells which are new.
 */
final class OpenValues {

    /** Its cell's name with it, and its place in the list. */
    private static final int BYTES_OF_VALUE = 72;

    private static final int VALUES_PER_BLOCK = 4_096;

    private final int key;
    private final TimeWindow window;
    private final SharedByWindows shared;
    private final ValueBlocks blocks;
    private List<DistinctValue> unwritten = List.of();
    private @Nullable SeenValues seen;
    private boolean inRows;
    private long bytesOfUnwritten;

    OpenValues(int key, TimeWindow window, SharedByWindows shared) {
        this.key = key;
        this.window = window;
        this.shared = shared;
        this.blocks = new ValueBlocks(key, window, shared.state());
    }

    /** Takes up what a checkpoint holds of them. */
    void restore(boolean fromRows) throws Exception {
        inRows = fromRows;
        if (!fromRows) {
            blocks.restore(this::isNewToMemory);
        }
    }

    /** Whether the value is seen for the first time; it is not from now on. */
    boolean isNew(DistinctValue value) throws Exception {
        if (inRows) {
            return shared.state().addValueRow(key, value);
        }
        if (isNewToMemory(value)) {
            if (unwritten.isEmpty()) {
                unwritten = new ArrayList<>();
            }
            unwritten.add(value);
            bytesOfUnwritten += BYTES_OF_VALUE + HeapBytes.ofText(value.text());
            return true;
        }
        return false;
    }

    private boolean isNewToMemory(DistinctValue value) {
        if (seen == null) {
            seen = new SeenValues();
        }
        return seen.add(value, shared.hash());
    }

    /** Brings into state what it does not hold yet. */
    void write() throws Exception {
        for (int from = 0; from < unwritten.size(); from += VALUES_PER_BLOCK) {
            int to = Math.min(unwritten.size(), from + VALUES_PER_BLOCK);
            blocks.add(unwritten.subList(from, to));
        }
        forgetUnwritten();
    }

    /** Cleared, the list would keep its places. */
    private void forgetUnwritten() {
        unwritten = List.of();
        bytesOfUnwritten = 0;
    }

    /** Goes on in rows, without blocks. */
    void release() throws Exception {
        forEach(this::addRow);
        forget();
        inRows = true;
    }

    /** Forgets what was not released, in state and in memory. */
    void forget() throws Exception {
        blocks.remove();
        seen = null;
        forgetUnwritten();
    }

    private void addRow(DistinctValue value) {
        try {
            shared.state().addValueRow(key, value);
        } catch (Exception e) {
            throw new IllegalStateException("a distinct value could not be brought into state", e);
        }
    }

    void forEach(Consumer<DistinctValue> values) throws Exception {
        if (inRows) {
            shared.state().valueRows(key, window, values);
            return;
        }
        blocks.forEach(values);
        unwritten.forEach(values);
    }

    /** Bytes of heap, about. */
    long bytes() {
        return bytesOfUnwritten + blocks.bytes() + (seen == null ? 0 : seen.bytes());
    }
}
