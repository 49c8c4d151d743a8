package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.meter.GroupText;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * How many groups each meter and subject have in one window. As long as the window is in memory, so
 * are all counts; then they are in state, and memory knows those that were asked for since the last
 * barrier.
 */
final class GroupCounts {

    private static final int BYTES_OF_COUNT = 100;

    /** While rows are counted, memory holds no more than so many. */
    private static final int MOST_UNWRITTEN = 1_000;

    private final int key;
    private final TimeWindow window;
    private final WindowState state;
    private Map<Owner, Integer> counts = new HashMap<>();
    private boolean inState;

    /** Whose groups are counted. */
    private record Owner(String meter, String subject) {}

    /** Nothing is counted yet. */
    GroupCounts(int key, TimeWindow window, WindowState state) {
        this.key = key;
        this.window = window;
        this.state = state;
    }

    /** Whether the text names a group at all. */
    static boolean isGrouped(String group) {
        return !group.equals(GroupText.NONE);
    }

    /** Counts all cells of a window that is in rows, in the place of what state may hold. */
    void countRows() throws Exception {
        state.removeGroupCounts(key, window);
        inState = true;
        state.rows(key, window, this::addRow);
    }

    private void addRow(KnownCell row) {
        try {
            add(row.name().meter(), row.name().subject(), row.name().group());
            if (counts.size() >= MOST_UNWRITTEN) {
                write();
            }
        } catch (Exception e) {
            throw new IllegalStateException("a count could not be brought into state", e);
        }
    }

    /** Counts a cell that was not counted before. */
    void add(String meter, String subject, String group) throws Exception {
        if (isGrouped(group)) {
            counts.put(new Owner(meter, subject), of(meter, subject) + 1);
        }
    }

    /** How many groups a meter and subject have. */
    int of(String meter, String subject) throws Exception {
        Owner owner = new Owner(meter, subject);
        Integer known = counts.get(owner);
        if (known == null) {
            known = inState ? state.groupCount(key, window, meter, subject) : 0;
            counts.put(owner, known);
        }
        return known;
    }

    /** Goes on in state. */
    void release() throws Exception {
        inState = true;
        write();
    }

    /** Brings into state what memory knows, and forgets it; does nothing before the release. */
    void write() throws Exception {
        if (!inState) {
            return;
        }
        for (Map.Entry<Owner, Integer> count : counts.entrySet()) {
            Owner owner = count.getKey();
            state.putGroupCount(key, window, owner.meter(), owner.subject(), count.getValue());
        }
        // Another one: cleared, it would keep its places.
        counts = new HashMap<>();
    }

    /** Bytes of heap, about. */
    long bytes() {
        return (long) counts.size() * BYTES_OF_COUNT;
    }
}
