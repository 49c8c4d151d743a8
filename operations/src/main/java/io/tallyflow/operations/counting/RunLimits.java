package io.tallyflow.operations.counting;

/**
 * What a run may take.
 *
 * @param workers threads that count, and as many connections that write
 * @param memoryBytes of heap, about, that cells may fill while they are counted
 * @param mostGroups how many groups a subject may have in one window; further ones count in the
 *     group {@code __other__}
 */
public record RunLimits(int workers, long memoryBytes, int mostGroups) {

    /** As many groups as the stream tells apart unless it is told otherwise. */
    public static final int MOST_GROUPS = 10_000;

    private static final int SHARE_OF_HEAP = 3;

    /** A third of the heap, and a worker for each processor. */
    public static RunLimits ofMachine() {
        Runtime runtime = Runtime.getRuntime();
        return new RunLimits(
                runtime.availableProcessors(), runtime.maxMemory() / SHARE_OF_HEAP, MOST_GROUPS);
    }
}
