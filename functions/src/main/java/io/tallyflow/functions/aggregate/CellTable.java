package io.tallyflow.functions.aggregate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one window by name: open addressing with linear probing, at most half full. A lookup
 * makes no object and, as a rule, touches one cell.
 */
final class CellTable {

    private static final int FIRST_SLOTS = 8;

    private @Nullable Cell[] slots = new @Nullable Cell[FIRST_SLOTS];
    private int size;

    /** The cell of a name, or null. */
    @Nullable Cell find(int hash, String meter, String subject, String group) {
        int mask = slots.length - 1;
        int at = hash & mask;
        Cell cell = slots[at];
        while (cell != null && !cell.isNamed(hash, meter, subject, group)) {
            at = at + 1 & mask;
            cell = slots[at];
        }
        return cell;
    }

    /**
     * Puts a cell in the place of one with its name.
     *
     * @return whether there was none
     */
    boolean put(Cell cell) {
        if (size >= slots.length / 2) {
            grow();
        }
        boolean isNew = put(slots, cell);
        size += isNew ? 1 : 0;
        return isNew;
    }

    private static boolean put(@Nullable Cell[] slots, Cell cell) {
        int mask = slots.length - 1;
        int at = cell.hash() & mask;
        Cell there = slots[at];
        while (there != null && !isSame(there, cell)) {
            at = at + 1 & mask;
            there = slots[at];
        }
        slots[at] = cell;
        return there == null;
    }

    private static boolean isSame(Cell a, Cell b) {
        return a.isNamed(b.hash(), b.name().meter(), b.name().subject(), b.name().group());
    }

    private void grow() {
        @Nullable Cell[] larger = new @Nullable Cell[slots.length * 2];
        forEach(cell -> put(larger, cell));
        slots = larger;
    }

    int size() {
        return size;
    }

    void forEach(Consumer<Cell> consumer) {
        for (Cell cell : slots) {
            if (cell != null) {
                consumer.accept(cell);
            }
        }
    }

    /** All cells, in no order. */
    List<Cell> toList() {
        List<Cell> all = new ArrayList<>(size);
        forEach(all::add);
        return all;
    }

    void clear() {
        slots = new @Nullable Cell[FIRST_SLOTS];
        size = 0;
    }
}
