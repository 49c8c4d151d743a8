package io.tallyflow.functions.aggregate;

import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * The blocks of cells of one open window in state, each with what changed ahead of one barrier.
 * When they hold about twice what lives, they are written anew.
 */
final class CellBlocks {

    private static final int CELLS_PER_BLOCK = 4_096;

    private final int key;
    private final TimeWindow window;
    private final WindowState state;
    private int first;
    private int next;
    private long cells;

    CellBlocks(int key, TimeWindow window, WindowState state) {
        this.key = key;
        this.window = window;
        this.state = state;
    }

    /** Gives what a checkpoint holds of them: a cell may come again, and is then newer. */
    void restore(Consumer<KnownCell> known) throws Exception {
        TreeMap<Integer, byte[]> blocks = state.cellBlocks(key, window);
        for (byte[] block : blocks.values()) {
            CellBlock.read(
                    block,
                    window,
                    cell -> {
                        cells++;
                        known.accept(cell);
                    });
        }
        first = blocks.isEmpty() ? 0 : blocks.firstKey();
        next = blocks.isEmpty() ? 0 : blocks.lastKey() + 1;
    }

    /** Writes what changed, or all that there is. */
    void write(List<KnownCell> changed, CellTable all) throws Exception {
        if (cells + changed.size() > most(all.size())) {
            int before = next;
            cells = 0;
            add(all.all(window));
            removeBefore(before);
        } else {
            add(changed);
        }
    }

    /** Not the same for all keys, or they would all write their blocks anew at once. */
    private long most(int living) {
        return 64L + (16 + key % 16) * (long) living / 10;
    }

    private void add(List<KnownCell> some) throws Exception {
        for (int from = 0; from < some.size(); from += CELLS_PER_BLOCK) {
            List<KnownCell> part =
                    some.subList(from, Math.min(some.size(), from + CELLS_PER_BLOCK));
            state.putCellBlock(key, window, next++, CellBlock.of(part));
        }
        cells += some.size();
    }

    /** Removes all of them. */
    void remove() throws Exception {
        removeBefore(next);
    }

    private void removeBefore(int number) throws Exception {
        while (first < number) {
            state.removeCellBlock(key, window, first++);
        }
    }
}
