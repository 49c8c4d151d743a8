package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.memory.HeapBytes;
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

    private static final int BYTES_OF_COUNT = 96;

    /** While rows are counted, memory holds no more than so many. */
    private static final int MOST_UNWRITTEN = 1_000;

    private final int key;
    private final TimeWindow window;
    private final SharedByWindows shared;
    private Map<Owner, Integer> counts = new HashMap<>();
    private boolean inState;
    private long bytesOfSubjects;

    /**
     * Whose groups are counted.
     *
     * @param secret hash of the subject
     */
    private record Owner(String meter, String subject, int secret) {

        @Override
        public int hashCode() {
            return 31 * meter.hashCode() + secret;
        }
    }

    /** Nothing is counted yet. */
    GroupCounts(int key, TimeWindow window, SharedByWindows shared) {
        this.key = key;
        this.window = window;
        this.shared = shared;
    }

    /** Whether the text names a group at all. */
    static boolean isGrouped(String group) {
        return !group.equals(GroupText.NONE);
    }

    /** Counts all cells of a window that is in rows, in the place of what state may hold. */
    void countRows() throws Exception {
        shared.state().removeGroupCounts(key, window);
        inState = true;
        shared.state().rows(key, window, this::addRow);
    }

    private void addRow(KnownCell row) {
        try {
            KeptText subject = shared.texts().subject(row.name().subject());
            add(row.name().meter(), subject, row.name().group());
            if (counts.size() >= MOST_UNWRITTEN) {
                write();
            }
        } catch (Exception e) {
            throw new IllegalStateException("a count could not be brought into state", e);
        }
    }

    /** Counts a cell that was not counted before. */
    void add(String meter, KeptText subject, String group) throws Exception {
        if (isGrouped(group)) {
            counts.put(owner(meter, subject), of(meter, subject) + 1);
        }
    }

    private static Owner owner(String meter, KeptText subject) {
        return new Owner(meter, subject.text(), subject.hash());
    }

    /** How many groups a meter and subject have. */
    int of(String meter, KeptText subject) throws Exception {
        Owner owner = owner(meter, subject);
        Integer known = counts.get(owner);
        if (known == null) {
            known = inState ? shared.state().groupCount(key, window, meter, subject.text()) : 0;
            counts.put(owner, known);
            bytesOfSubjects += inState ? HeapBytes.ofText(subject.text()) : 0;
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
            shared.state()
                    .putGroupCount(key, window, owner.meter(), owner.subject(), count.getValue());
        }
        // Another one: cleared, it would keep its places.
        counts = new HashMap<>();
        bytesOfSubjects = 0;
    }

    /** Bytes of heap, about. The subjects are those of the window's cells as long as it has all. */
    long bytes() {
        return (long) counts.size() * BYTES_OF_COUNT + bytesOfSubjects;
    }
}
