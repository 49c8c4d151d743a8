package io.tallyflow.connectors.postgres;

import java.time.Duration;

/**
 * What one of several writers may hold while Postgres takes nothing. All of it comes together in
 * the one operator that gathers it, in the committer, and in a checkpoint as one array of bytes,
 * which cannot be larger than 2 GiB: so all writers together have a bound, however many they are.
 *
 * @param partBytes of rows, before compression, after which a part is closed; so it has at most
 *     these and its last row
 * @param heldBytes of closed parts, from which on a writer pauses after each further one
 * @param pause how long
 */
record WriterBudget(int partBytes, long heldBytes, Duration pause) {

    /** Of all writers, before they pause. */
    private static final long MOST_HELD_BYTES = 512L << 20;

    /** Part of the heap that this may be at most. */
    private static final int SHARE_OF_HEAP = 4;

    private static final Duration LEAST_PAUSE = Duration.ofSeconds(5);
    private static final Duration MOST_PAUSE = Duration.ofSeconds(60);

    /** So that the writers together close as many parts in a time, however many they are. */
    private static final long PAUSE_MILLIS_PER_WRITER = 2_500;

    /** From so many writers on pauses cannot get longer, and parts get smaller. */
    private static final int MOST_WRITERS_OF_WHOLE_PARTS =
            (int) (MOST_PAUSE.toMillis() / PAUSE_MILLIS_PER_WRITER);

    /**
     * The budget of each writer.
     *
     * @param partBytes as configured
     * @param heapBytes of a worker
     */
    static WriterBudget of(int writers, int partBytes, long heapBytes) {
        long all = Math.min(MOST_HELD_BYTES, heapBytes / SHARE_OF_HEAP);
        long pauseMillis =
                Math.min(
                        MOST_PAUSE.toMillis(),
                        Math.max(LEAST_PAUSE.toMillis(), writers * PAUSE_MILLIS_PER_WRITER));
        int smaller = (writers - 1) / MOST_WRITERS_OF_WHOLE_PARTS + 1;
        return new WriterBudget(partBytes / smaller, all / writers, Duration.ofMillis(pauseMillis));
    }

    /**
     * What all writers hold at most, if nothing can be compressed; the last row of each part comes
     * on top.
     *
     * @param outage for which Postgres takes nothing
     */
    long mostBytes(int writers, Duration outage) {
        long pauses = outage.dividedBy(pause) + 1;
        return writers * (heldBytes + (pauses + 1) * partBytes);
    }
}
