package io.tallyflow.benchmarks.workload;

/**
 * What the workload is made with; equal settings make equal bytes.
 *
 * @param events records in all, replays included
 * @param fresh how many records before them are all different and of a type that nobody counts: a
 *     past that has to be remembered
 * @param windows how many windows the first records open, one each; all others are then of one of
 *     these, all are different, and no window has settled at the end. 0 for events as they come
 * @param startMillis event time of the first record, milliseconds since the epoch, UTC
 * @param eventsPerSecond how fast event time passes
 */
public record WorkloadSettings(
        long seed,
        long events,
        long fresh,
        long windows,
        SubjectMix subjects,
        int partitions,
        long startMillis,
        int eventsPerSecond) {

    /** 2026-11-02T08:00:00Z, a Monday morning in a month that Postgres has a partition for. */
    public static final long START_MILLIS = 1_793_606_400_000L;

    private static final int EVENTS_PER_SECOND = 10_000;
    private static final int PARTITIONS = 4;

    /** Four partitions, ten thousand events per second of event time. */
    public static WorkloadSettings standard(long events, SubjectMix subjects) {
        return new WorkloadSettings(
                1, events, 0, 0, subjects, PARTITIONS, START_MILLIS, EVENTS_PER_SECOND);
    }

    /** So many windows, and then another event for each; at most {@link WindowTurns#MOST}. */
    public static WorkloadSettings opening(long windows) {
        return new WorkloadSettings(
                1,
                2 * windows,
                0,
                windows,
                SubjectMix.UNIFORM,
                PARTITIONS,
                START_MILLIS,
                EVENTS_PER_SECOND);
    }

    /** The same after a past of so many records. */
    public WorkloadSettings after(long records) {
        return new WorkloadSettings(
                seed, events, records, windows, subjects, partitions, startMillis, eventsPerSecond);
    }

    /** The same drawn from another seed: no event is in both. */
    public WorkloadSettings drawnFrom(long otherSeed) {
        return new WorkloadSettings(
                otherSeed,
                events,
                fresh,
                windows,
                subjects,
                partitions,
                startMillis,
                eventsPerSecond);
    }

    /** Records in the topic. */
    public long records() {
        return fresh + events;
    }

    /** The time at which a record is sent; its Kafka timestamp. */
    long sentMillis(long position) {
        // All windows get events to the end.
        return windows > 0 ? startMillis : startMillis + position * 1_000 / eventsPerSecond;
    }
}
