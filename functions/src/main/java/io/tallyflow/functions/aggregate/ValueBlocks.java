package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.usage.DistinctValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * The blocks of distinct values that state has of one window. Each barrier may bring another, and a
 * window of a day sees very many: so blocks of about one size are joined into one as soon as there
 * are enough of them, until they are large. A value is written some four times in all, and however
 * many barriers there were, there are less than {@link #mostOfSize} small blocks of each of the
 * three sizes. The order of the blocks tells nothing: values are a set.
 */
final class ValueBlocks {

    /** Blocks below these many bytes are of the first, second and third size. */
    private static final int[] SIZES = {1 << 10, 1 << 13, 1 << 16};

    private static final int LARGE = SIZES.length;
    private static final int FEW = 8;
    private static final int NUMBER_BITS = Integer.SIZE;

    private final int key;
    private final TimeWindow window;
    private final WindowState state;

    /** The size of each block in the high half, its number in the low half. */
    private long[] blocks = {};

    private int count;
    private int nextNumber;

    ValueBlocks(int key, TimeWindow window, WindowState state) {
        this.key = key;
        this.window = window;
        this.state = state;
    }

    /** Takes up the blocks that a checkpoint holds, and gives their values. */
    void restore(Consumer<DistinctValue> values) throws Exception {
        for (Map.Entry<Integer, byte[]> block : state.valueBlocks(key, window).entrySet()) {
            ValueBlock.read(block.getValue(), window, values);
            note(block.getKey(), block.getValue().length);
            nextNumber = block.getKey() + 1;
        }
    }

    /** Not the same for all keys, or they would all join their blocks at once. */
    private int mostOfSize() {
        return FEW + key % FEW;
    }

    /** Brings values into state. */
    void add(List<DistinctValue> values) throws Exception {
        byte[] block = ValueBlock.of(values);
        int size = sizeOf(block.length);
        while (size < LARGE && countOf(size) + 1 >= mostOfSize()) {
            block = join(size, block);
            size = sizeOf(block.length);
        }
        note(nextNumber, block.length);
        state.putValueBlock(key, window, nextNumber++, block);
    }

    /** Takes all blocks of a size out of state. */
    private byte[] join(int size, byte[] newest) throws Exception {
        List<byte[]> parts = new ArrayList<>();
        parts.add(newest);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (size(i) == size) {
                parts.add(state.valueBlock(key, window, number(i)));
                state.removeValueBlock(key, window, number(i));
            } else {
                blocks[kept++] = blocks[i];
            }
        }
        count = kept;
        return ValueBlock.joined(parts);
    }

    private void note(int number, int bytes) {
        if (count == blocks.length) {
            blocks = Arrays.copyOf(blocks, Math.max(4, 2 * count));
        }
        blocks[count++] = (long) sizeOf(bytes) << NUMBER_BITS | number;
    }

    private static int sizeOf(int bytes) {
        int size = 0;
        while (size < LARGE && bytes >= SIZES[size]) {
            size++;
        }
        return size;
    }

    private int countOf(int size) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            found += size(i) == size ? 1 : 0;
        }
        return found;
    }

    private int size(int block) {
        return (int) (blocks[block] >>> NUMBER_BITS);
    }

    private int number(int block) {
        return (int) blocks[block];
    }

    void forEach(Consumer<DistinctValue> values) throws Exception {
        for (int i = 0; i < count; i++) {
            ValueBlock.read(state.valueBlock(key, window, number(i)), window, values);
        }
    }

    /** Removes all of them from state. */
    void remove() throws Exception {
        for (int i = 0; i < count; i++) {
            state.removeValueBlock(key, window, number(i));
        }
        blocks = new long[0];
        count = 0;
    }

    /** Bytes of heap, about. */
    long bytes() {
        return (long) blocks.length * Long.BYTES;
    }
}
