package io.tallyflow.functions.meter;

import io.tallyflow.functions.paths.NameTable;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Texts of groups that were seen lately, found by the bytes of their values, so that the text of a
 * group is not made again for each event. A new group takes the place of another whose hash is
 * alike: so the memory is bounded, at a few megabytes, whatever the number of groups. Where a group
 * has its place is secret, and who makes two meet there all the same has gained that their texts
 * are made for each event. Confined to one thread.
 */
final class RecentGroups {

    private static final int BITS = 12;

    /** Bytes of the values of a group that is worth keeping. */
    private static final int MOST_BYTES = 256;

    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    /** Begins every hash, so that nobody can tell which groups share a place. */
    private final long secret = new SecureRandom().nextLong();

    private final @Nullable Group[] groups = new Group[1 << BITS];

    /**
     * A group.
     *
     * @param shapes length and kind of each value
     * @param bytes of the values, one after the other
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by hand
    private record Group(Grouping grouping, int[] shapes, byte[] bytes, String text) {

        boolean isOf(Grouping other, PlacedValues values) {
            if (grouping != other) {
                return false;
            }
            int from = 0;
            for (int i = 0; i < shapes.length; i++) {
                int slot = other.slots()[i];
                if (shapes[i] != shape(values, slot)) {
                    return false;
                }
                int start = values.start(slot);
                int end = values.end(slot);
                int to = from + end - start;
                if (!Arrays.equals(bytes, from, to, values.data(), start, end)) {
                    return false;
                }
                from = to;
            }
            return true;
        }
    }

    /** What {@link Grouping#write} says. */
    String text(Grouping grouping, PlacedValues values) {
        int at = home(grouping, values);
        Group group = groups[at];
        if (group != null && group.isOf(grouping, values)) {
            return group.text;
        }
        String text = grouping.write(values);
        if (length(grouping, values) <= MOST_BYTES) {
            groups[at] = group(grouping, values, text);
        }
        return text;
    }

    private static Group group(Grouping grouping, PlacedValues values, String text) {
        int[] slots = grouping.slots();
        int[] shapes = new int[slots.length];
        byte[] bytes = new byte[length(grouping, values)];
        int from = 0;
        for (int i = 0; i < slots.length; i++) {
            int start = values.start(slots[i]);
            int length = values.end(slots[i]) - start;
            shapes[i] = shape(values, slots[i]);
            System.arraycopy(values.data(), start, bytes, from, length);
            from += length;
        }
        return new Group(grouping, shapes, bytes, text);
    }

    private static int length(Grouping grouping, PlacedValues values) {
        int length = 0;
        for (int slot : grouping.slots()) {
            length += values.end(slot) - values.start(slot);
        }
        return length;
    }

    private int home(Grouping grouping, PlacedValues values) {
        long hash = secret ^ System.identityHashCode(grouping);
        for (int slot : grouping.slots()) {
            long key = NameTable.key(values.data(), values.start(slot), values.end(slot));
            hash = (Long.rotateLeft(hash, 29) ^ key ^ shape(values, slot)) * SPREAD;
        }
        return (int) (hash >>> Long.SIZE - BITS);
    }

    private static int shape(PlacedValues values, int slot) {
        return values.end(slot) - values.start(slot) << 3 | values.kind(slot).ordinal();
    }
}
