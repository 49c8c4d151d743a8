package io.tallyflow.benchmarks.workload;

import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/**
 * Adds up what the workload comes to, from what was drawn and not from any bytes. Memory holds the
 * windows that can still change.
 */
public final class WorkloadTruth {

    static final long WINDOW_MILLIS = 60_000;

    /** Later than so long after its turn no event's time lies. */
    private static final long SLACK_MILLIS = 10_000;

    private final TreeMap<Long, TruthWindow> open = new TreeMap<>();
    private final Map<BenchmarkMeter, CellSum> closed = new EnumMap<>(BenchmarkMeter.class);
    private long unique;

    /** Of nothing yet. */
    public WorkloadTruth() {}

    /** Takes the record at a position in. Positions must come in order. */
    void add(long position, Draw draw, long sentMillis) {
        if (draw.origin != position) {
            return;
        }
        unique++;
        if (!draw.uncounted) {
            long start = draw.timeMillis - Math.floorMod(draw.timeMillis, WINDOW_MILLIS);
            open.computeIfAbsent(start, TruthWindow::new).add(draw);
            if (open.firstKey() + WINDOW_MILLIS + SLACK_MILLIS < sentMillis) {
                close(open.pollFirstEntry().getValue());
            }
        }
    }

    private void close(TruthWindow window) {
        window.sums().forEach((meter, sum) -> closed.merge(meter, sum, CellSum::plus));
    }

    /** Events that are not replays. */
    public long unique() {
        return unique;
    }

    /** What all records taken in so far come to. Nothing can be added afterwards. */
    public Answer answer() {
        for (Iterator<TruthWindow> rest = open.values().iterator(); rest.hasNext(); ) {
            close(rest.next());
            rest.remove();
        }
        return new Answer(closed);
    }
}
