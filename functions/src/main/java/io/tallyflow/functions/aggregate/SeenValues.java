package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.hash.PartsHash;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import java.nio.ByteBuffer;

/**
 * The set of a window's distinct values, by 127 bits of a SHA-256 hash: customers choose their
 * values, and must not be able to choose two that count as one. Open addressing with linear
 * probing; 16 bytes a slot. Confined to one thread.
 */
final class SeenValues {

    private static final int FIRST_SLOTS = 16;
    private static final int LONGS_PER_SLOT = 2;

    /** The object, and the head of its array. */
    private static final int BYTES = 40;

    private long[] slots = new long[0];
    private int size;

    /**
     * Whether the value is new; it is not from now on.
     *
     * @param parts hashes it
     */
    boolean add(DistinctValue value, PartsHash parts) {
        if (size >= slots.length / LONGS_PER_SLOT / 2) {
            grow();
        }
        ByteBuffer hash = hashOf(value, parts);
        // An empty slot is all zeros, so no hash may begin with a zero.
        boolean isNew = insert(slots, hash.getLong(0) | 1L, hash.getLong(Long.BYTES));
        size += isNew ? 1 : 0;
        return isNew;
    }

    /** Bytes of heap. */
    long bytes() {
        return BYTES + (long) slots.length * Long.BYTES;
    }

    private void grow() {
        int wanted = Math.max(FIRST_SLOTS * LONGS_PER_SLOT, slots.length * 2);
        long[] larger = new long[wanted];
        for (int i = 0; i < slots.length; i += LONGS_PER_SLOT) {
            if (slots[i] != 0) {
                insert(larger, slots[i], slots[i + 1]);
            }
        }
        slots = larger;
    }

    private static boolean insert(long[] slots, long high, long low) {
        int mask = slots.length / LONGS_PER_SLOT - 1;
        int slot = (int) (low >>> Integer.SIZE) & mask;
        while (slots[slot * LONGS_PER_SLOT] != 0) {
            if (slots[slot * LONGS_PER_SLOT] == high && slots[slot * LONGS_PER_SLOT + 1] == low) {
                return false;
            }
            slot = slot + 1 & mask;
        }
        slots[slot * LONGS_PER_SLOT] = high;
        slots[slot * LONGS_PER_SLOT + 1] = low;
        return true;
    }

    private static ByteBuffer hashOf(DistinctValue value, PartsHash parts) {
        UsageCell cell = value.cell();
        return parts.add(cell.meter())
                .add(cell.subject())
                .add(cell.group())
                .add(value.text())
                .hash();
    }
}
