package io.tallyflow.benchmarks.workload;

/**
 * Of which window each event is where very many are to be open at once: each of the first events
 * opens one, a subject and group in a minute; each further one is of a window that is open, and
 * neighbours in the stream are far apart. None ends more than ten minutes, which is how long
 * windows stay open, before the last event.
 */
public final class WindowTurns {

    private static final int REGIONS = WorkloadWords.REGIONS.size();
    private static final int GROUPS = WorkloadWords.MODELS.size() * REGIONS;
    private static final int PER_MINUTE = WorkloadWords.SUBJECTS * GROUPS;
    private static final int MINUTES = 10;

    /** The most windows that can be open at once. */
    public static final long MOST = (long) MINUTES * PER_MINUTE;

    /** A prime above their number, so that its multiples come to every window. */
    private static final long STEP = Integer.MAX_VALUE;

    private final WorkloadSettings settings;

    WindowTurns(WorkloadSettings settings) {
        this.settings = settings;
    }

    /** Moves an event into the window whose turn it is. */
    void place(long position, Draw draw) {
        long window = window(position);
        int group = (int) (window / WorkloadWords.SUBJECTS % GROUPS);
        draw.subject = (int) (window % WorkloadWords.SUBJECTS);
        draw.model = group / REGIONS;
        draw.region = group % REGIONS;
        draw.timeMillis =
                settings.startMillis()
                        + window / PER_MINUTE * WorkloadTruth.WINDOW_MILLIS
                        + Math.floorMod(draw.timeMillis, WorkloadTruth.WINDOW_MILLIS);
    }

    private long window(long position) {
        long windows = settings.windows();
        return position < windows ? position : position % windows * STEP % windows;
    }
}
