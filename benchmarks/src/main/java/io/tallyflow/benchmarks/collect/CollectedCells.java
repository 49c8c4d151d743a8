package io.tallyflow.benchmarks.collect;

import io.tallyflow.benchmarks.workload.CellSum;
import java.util.function.LongBinaryOperator;

/** The last value of each cell: a hash table of longs with open addressing. For one thread. */
final class CollectedCells {

    private static final int FIRST_SIZE = 1 << 12;

    /** Stands for no cell; that a cell has this number is as likely as two sharing one. */
    private static final long FREE = 0;

    private long[] cells = new long[FIRST_SIZE];
    private long[] values = new long[FIRST_SIZE];
    private int used;

    /**
     * Keeps a value instead of the one that the cell had before.
     *
     * @param cell of {@link CellSum#cell}
     */
    void put(long cell, long value) {
        int slot = slot(cell);
        if (cells[slot] == FREE) {
            if (2 * ++used > cells.length) {
                grow();
                slot = slot(cell);
            }
            cells[slot] = cell;
        }
        values[slot] = value;
    }

    /** Keeps both values of a cell as one. */
    void merge(long cell, long value, LongBinaryOperator both) {
        int slot = slot(cell);
        put(cell, cells[slot] == FREE ? value : both.applyAsLong(values[slot], value));
    }

    /** Merges all cells into another table. */
    void mergeInto(CollectedCells other, LongBinaryOperator both) {
        for (int i = 0; i < cells.length; i++) {
            if (cells[i] != FREE) {
                other.merge(cells[i], values[i], both);
            }
        }
    }

    private int slot(long cell) {
        int mask = cells.length - 1;
        int slot = (int) cell & mask;
        while (cells[slot] != FREE && cells[slot] != cell) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldCells = cells;
        long[] oldValues = values;
        cells = new long[2 * oldCells.length];
        values = new long[2 * oldValues.length];
        for (int i = 0; i < oldCells.length; i++) {
            if (oldCells[i] != FREE) {
                int slot = slot(oldCells[i]);
                cells[slot] = oldCells[i];
                values[slot] = oldValues[i];
            }
        }
    }

    /** What they come to. */
    CellSum sum() {
        CellSum sum = CellSum.NONE;
        for (int i = 0; i < cells.length; i++) {
            if (cells[i] != FREE) {
                sum = sum.plus(cells[i], values[i]);
            }
        }
        return sum;
    }
}
