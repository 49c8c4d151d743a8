package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.usage.Reading;

/**
 * Adds readings up in the windows of one subtask that have not settled, and says what they come to:
 * a distinct value at once, rows ahead of each barrier, the last word when a window settles.
 * Confined to the operator's thread.
 */
interface Windows {

    /** What became of a reading. */
    enum Added {
        TO_OWN_GROUP,
        TO_OTHER_GROUP,
        /** The sum of its cell would get out of range: it does not count. */
        OUT_OF_RANGE
    }

    /** Takes up the windows that a checkpoint holds for a key. */
    void restore(int key) throws Exception;

    /** Adds a reading to its cell. */
    Added add(int key, UsageEvent event, Reading reading) throws Exception;

    /** Sends what changed since the last call, and brings it into state. */
    void write() throws Exception;

    /** Marks all cells of all windows to be sent ahead of the next barrier. */
    void changeAll() throws Exception;

    /**
     * Says the last word of all windows that end at or before a moment, and forgets them.
     *
     * @param endMillis milliseconds since the epoch, UTC
     */
    void settleUntil(long endMillis) throws Exception;

    /** Bytes of heap, about. */
    long bytes();

    /** How many windows are open. */
    int size();

    /** How often memory was short, so that a window went into state. */
    long releases();
}
