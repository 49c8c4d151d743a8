package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.measure.RunResult;
import io.tallyflow.cli.text.TextTable;
import io.tallyflow.cli.text.TextTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What it cost to remember identities, line by line. Heap and resident memory are of the whole
 * process: what one identity takes is the difference of two runs.
 */
final class RememberedTable {

    private static final double MEBI = 1 << 20;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MICRO = 1e3;

    private final long count;
    private final long events;
    private final RunResult result;
    private final String differences;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * Of one run.
     *
     * @param count identities
     * @param events measured afterwards
     * @param differences of the answer from the truth; empty if there are none
     */
    RememberedTable(long count, long events, RunResult result, String differences) {
        this.count = count;
        this.events = events;
        this.result = result;
        this.differences = differences;
    }

    List<String> lines() {
        rows.clear();
        row("identities", "%,.0f", count);
        remembering();
        goingOn();
        rows.add(List.of("answer", differences.isEmpty() ? "✓" : differences));
        return TextTable.lines(List.of(Column.text("figure"), Column.number("value")), rows);
    }

    private void remembering() {
        row("remembered a second", "%,.0f", count * NANOS_PER_SECOND / result.all().nanos());
        row("CPU µs each", "%.2f", result.all().cpuNanos() / NANOS_PER_MICRO / count);
        double state = figure("identities.stateBytes");
        row("state in the last checkpoint, MiB", "%,.1f", state / MEBI);
        row("the same, bytes each", "%.1f", state / count);
        row(
                "files of retained checkpoints, MiB",
                "%,.1f",
                figure("identities.directoryBytes") / MEBI);
        row("heap after a collection, MiB", "%,.0f", result.heapBytes() / MEBI);
        row("resident, MiB", "%,.0f", figure("identities.residentBytes") / MEBI);
        row("resident at most, MiB", "%,.0f", figure("identities.peakBytes") / MEBI);
        row("checkpoint, median ms", "%,.0f", figure("identities.checkpointMedianMillis"));
        row("checkpoint, p99 ms", "%,.0f", figure("identities.checkpointP99Millis"));
    }

    private void goingOn() {
        row(
                "restart until the first record, s",
                "%.2f",
                figure("after.startNanos") / NANOS_PER_SECOND);
        row("events afterwards", "%,.0f", events);
        double nanos = figure("after.nanos");
        row("events/s", "%,.0f", events * NANOS_PER_SECOND / nanos);
        row("CPU µs/event", "%.2f", figure("after.cpuNanos") / NANOS_PER_MICRO / events);
        row("resident at most, to the end, MiB", "%,.0f", figure("after.peakBytes") / MEBI);
        row("checkpoint meanwhile, median ms", "%,.0f", result.checkpoints().medianMillis());
        row("checkpoint meanwhile, p99 ms", "%,.0f", result.checkpoints().p99Millis());
        if (figure("steady.checkpoints") > 0) {
            row("checkpoints at a steady rate", "%,.0f", figure("steady.checkpoints"));
            row("of these, median ms", "%,.0f", figure("steady.checkpointMedianMillis"));
            row("of these, p99 ms", "%,.0f", figure("steady.checkpointP99Millis"));
        }
    }

    private double figure(String name) {
        return result.figures().getOrDefault(name, 0L);
    }

    private void row(String what, String format, double value) {
        rows.add(List.of(what, String.format(Locale.ROOT, format, value)));
    }
}
