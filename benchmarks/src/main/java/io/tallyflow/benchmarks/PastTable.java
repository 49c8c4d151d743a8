package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.measure.RunResult;
import io.tallyflow.benchmarks.workload.CellSum;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What it cost to have a past, line by line. Heap and resident memory are of the whole process:
 * what one of them takes is the difference of two runs.
 */
final class PastTable {

    private static final double MEBI = 1 << 20;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MICRO = 1e3;

    private final PastRun.Past past;
    private final long count;
    private final long events;
    private final RunResult result;
    private final String differences;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * Of one run.
     *
     * @param past what there was to remember
     * @param events measured afterwards
     * @param differences of the answer from the truth; empty if there are none
     */
    PastTable(PastRun.Past past, long events, RunResult result, String differences) {
        this.past = past;
        this.count = past.count();
        this.events = events;
        this.result = result;
        this.differences = differences;
    }

    List<String> lines() {
        rows.clear();
        row(past.what(), "%,.0f", count);
        row("cells of meters at the end", "%,.0f", cells());
        remembering();
        goingOn();
        rows.add(List.of("answer", differences.isEmpty() ? "✓" : differences));
        return TextTable.lines(List.of(Column.text("figure"), Column.number("value")), rows);
    }

    private void remembering() {
        row("the past, events/s", "%,.0f", count * NANOS_PER_SECOND / figure("before.nanos"));
        row("the past, CPU µs/event", "%.2f", figure("before.cpuNanos") / NANOS_PER_MICRO / count);
        double state = figure("before.stateBytes");
        row("state in the last checkpoint, MiB", "%,.1f", state / MEBI);
        row("the same, bytes each", "%.1f", state / count);
        row("files of retained checkpoints, MiB", "%,.1f", figure("before.directoryBytes") / MEBI);
        row("heap after a collection, MiB", "%,.0f", result.heapBytes() / MEBI);
        row("resident, MiB", "%,.0f", figure("before.residentBytes") / MEBI);
        row("resident at most, MiB", "%,.0f", figure("before.peakBytes") / MEBI);
        row("windows released", "%,.0f", figure("before.releases"));
        row("heap that open windows count, MiB", "%,.1f", figure("before.windowBytes") / MEBI);
        row("heap that identities count, MiB", "%,.1f", figure("before.identityBytes") / MEBI);
        row("filters read from state", "%,.0f", figure("before.filterReads"));
        row("checkpoint, median ms", "%,.0f", figure("before.checkpointMedianMillis"));
        row("checkpoint, p99 ms", "%,.0f", figure("before.checkpointP99Millis"));
    }

    private void goingOn() {
        row(
                "restart until the first record, s",
                "%.2f",
                figure("after.startNanos") / NANOS_PER_SECOND);
        row(
                "restart until the first barrier, s",
                "%.2f",
                figure("after.firstBarrierNanos") / NANOS_PER_SECOND);
        row("events afterwards", "%,.0f", events);
        double nanos = figure("after.nanos");
        row("events/s", "%,.0f", events * NANOS_PER_SECOND / nanos);
        row("CPU µs/event", "%.2f", figure("after.cpuNanos") / NANOS_PER_MICRO / events);
        row("filters read from state meanwhile", "%,.0f", figure("after.filterReads"));
        row("resident at most, to the end, MiB", "%,.0f", figure("after.peakBytes") / MEBI);
        row("checkpoint meanwhile, median ms", "%,.0f", result.checkpoints().medianMillis());
        row("checkpoint meanwhile, p99 ms", "%,.0f", result.checkpoints().p99Millis());
        if (figure("steady.checkpoints") > 0) {
            row("checkpoints at a steady rate", "%,.0f", figure("steady.checkpoints"));
            row("of these, median ms", "%,.0f", figure("steady.checkpointMedianMillis"));
            row("of these, p99 ms", "%,.0f", figure("steady.checkpointP99Millis"));
        }
    }

    private double cells() {
        return result.answer().meters().values().stream().mapToLong(CellSum::cells).sum();
    }

    private double figure(String name) {
        return result.figures().getOrDefault(name, 0L);
    }

    private void row(String what, String format, double value) {
        rows.add(List.of(what, String.format(Locale.ROOT, format, value)));
    }
}
