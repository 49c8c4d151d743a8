package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.meter.GroupText;
import java.util.HashMap;
import java.util.Map;

/** How many groups each meter and subject have in one window. */
final class GroupCounts {

    private static final int BYTES_OF_COUNT = 100;

    private final Map<Owner, Integer> counts = new HashMap<>();

    /** Whose groups are counted. */
    private record Owner(String meter, String subject) {}

    /** Whether the text names a group at all. */
    static boolean isGrouped(String group) {
        return !group.equals(GroupText.NONE);
    }

    /** Counts a cell that was not counted before. */
    void add(String meter, String subject, String group) {
        if (isGrouped(group)) {
            counts.merge(new Owner(meter, subject), 1, Integer::sum);
        }
    }

    /** How many groups a meter and subject have. */
    int of(String meter, String subject) {
        return counts.getOrDefault(new Owner(meter, subject), 0);
    }

    /** Bytes of heap, about. */
    long bytes() {
        return (long) counts.size() * BYTES_OF_COUNT;
    }
}
