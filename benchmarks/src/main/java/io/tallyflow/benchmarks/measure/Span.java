package io.tallyflow.benchmarks.measure;

/** So much time went by, and so much CPU time of a process with it; nanoseconds. */
public record Span(long nanos, long cpuNanos) {

    /** No time at all: not measured. */
    public static final Span NONE = new Span(0, 0);
}
