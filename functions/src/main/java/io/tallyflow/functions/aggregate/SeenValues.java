package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The set of a window's distinct values, by the first 128 bits of a SHA-256 hash: customers choose
 * their values, and must not be able to choose two that count as one. Open addressing with linear
 * probing; 16 bytes a slot. Confined to one thread.
 */
final class SeenValues {

    private static final int FIRST_SLOTS = 16;
    private static final int LONGS_PER_SLOT = 2;

    private final MessageDigest sha256;
    private final ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
    private long[] slots = new long[0];
    private int size;

    SeenValues() {
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether the value is new; it is not from now on. */
    boolean add(DistinctValue value) {
        if (size >= slots.length / LONGS_PER_SLOT / 2) {
            grow();
        }
        ByteBuffer hash = hashOf(value);
        // An empty slot is all zeros, so no hash may begin with a zero.
        boolean isNew = insert(slots, hash.getLong(0) | 1L, hash.getLong(Long.BYTES));
        size += isNew ? 1 : 0;
        return isNew;
    }

    /** Bytes of heap. */
    long bytes() {
        return (long) slots.length * Long.BYTES;
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

    private ByteBuffer hashOf(DistinctValue value) {
        UsageCell cell = value.cell();
        part(cell.meter());
        part(cell.subject());
        part(cell.group());
        part(value.text());
        return ByteBuffer.wrap(sha256.digest());
    }

    /** Each part after its length, so that no two lists of parts have the same bytes. */
    private void part(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        length.putInt(0, bytes.length);
        sha256.update(length.array());
        sha256.update(bytes);
    }
}
