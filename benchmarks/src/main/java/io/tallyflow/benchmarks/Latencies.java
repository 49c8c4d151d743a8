package io.tallyflow.benchmarks;

import java.util.Arrays;

/** How long each watched event took to become visible, sorted. */
final class Latencies {

    private final long[] sorted;

    private Latencies(long[] sorted) {
        this.sorted = sorted;
    }

    /**
     * From two moments per event, by the same clock.
     *
     * @param left how many of the first are left out: the machine was warming up
     */
    static Latencies of(long[] sentNanos, long[] seenNanos, int left) {
        long[] sorted = new long[sentNanos.length - left];
        Arrays.setAll(sorted, i -> seenNanos[left + i] - sentNanos[left + i]);
        Arrays.sort(sorted);
        return new Latencies(sorted);
    }

    int count() {
        return sorted.length;
    }

    /** The shortest that so large a share does not exceed. */
    long quantileNanos(double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(1, rank) - 1];
    }
}
