package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.usage.UsageCell;
import java.util.HashMap;
import java.util.Map;

/** How many groups each meter and subject have in one window. */
final class GroupCounts {

    private static final int BYTES_OF_COUNT = 100;

    private final Map<Owner, Integer> counts = new HashMap<>();

    /** Whose groups are counted. */
    private record Owner(String meter, String subject) {

        static Owner of(UsageCell name) {
            return new Owner(name.meter(), name.subject());
        }
    }

    /** Whether the cell has a group at all. */
    static boolean isGrouped(UsageCell name) {
        return !name.group().equals(GroupText.NONE);
    }

    /** Counts a cell that was not counted before. */
    void add(UsageCell name) {
        if (isGrouped(name)) {
            counts.merge(Owner.of(name), 1, Integer::sum);
        }
    }

    /** How many groups the cell's meter and subject have. */
    int of(UsageCell name) {
        return counts.getOrDefault(Owner.of(name), 0);
    }

    /** Bytes of heap, about. */
    long bytes() {
        return (long) counts.size() * BYTES_OF_COUNT;
    }
}
