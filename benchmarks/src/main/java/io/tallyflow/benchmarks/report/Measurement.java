package io.tallyflow.benchmarks.report;

import io.tallyflow.benchmarks.measure.RunResult;
import io.tallyflow.benchmarks.measure.Span;

/**
 * One run of one program.
 *
 * @param round counted from 1
 * @param records that it read
 * @param markedRecords of these, those after the mark
 * @param serversCpuNanos CPU time of Kafka and Postgres meanwhile
 * @param differences of its answer from the truth; empty if there are none
 */
public record Measurement(
        String program,
        int round,
        long records,
        long markedRecords,
        RunResult result,
        long serversCpuNanos,
        String differences) {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MICRO = 1e3;

    /** Over the whole run. */
    public double recordsPerSecond() {
        return rate(records, result.all());
    }

    /** After the mark; not a number if that was too short to be measured. */
    public double markedRecordsPerSecond() {
        return rate(markedRecords, result.afterMark());
    }

    /** CPU time of the program for each record, microseconds. */
    public double cpuMicros() {
        return result.all().cpuNanos() / NANOS_PER_MICRO / records;
    }

    /** CPU time of the servers for each record, microseconds. */
    public double serversCpuMicros() {
        return serversCpuNanos / NANOS_PER_MICRO / records;
    }

    private static double rate(long records, Span span) {
        return span.nanos() == 0 ? Double.NaN : records * NANOS_PER_SECOND / span.nanos();
    }
}
