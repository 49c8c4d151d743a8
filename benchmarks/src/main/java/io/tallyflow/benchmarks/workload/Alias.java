package io.tallyflow.benchmarks.workload;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Draws a number with given weights in constant time, by Walker's alias method (Walker 1977, in the
 * form of Vose 1991): each of n equally likely columns holds one number and, above a threshold,
 * another.
 */
final class Alias {

    private static final int THRESHOLD_BITS = 31;

    private final int[] thresholds;
    private final int[] others;

    Alias(double[] weights) {
        int n = weights.length;
        thresholds = new int[n];
        others = new int[n];
        double[] shares = shares(weights);
        Deque<Integer> small = new ArrayDeque<>();
        Deque<Integer> large = new ArrayDeque<>();
        for (int i = 0; i < n; i++) {
            (shares[i] < 1 ? small : large).push(i);
        }
        while (!small.isEmpty() && !large.isEmpty()) {
            int below = small.pop();
            int above = large.pop();
            set(below, shares[below], above);
            shares[above] -= 1 - shares[below];
            (shares[above] < 1 ? small : large).push(above);
        }
        // What is left has exactly its share, up to rounding.
        small.forEach(i -> set(i, 1, i));
        large.forEach(i -> set(i, 1, i));
    }

    private static double[] shares(double[] weights) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        double[] shares = new double[weights.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = weights[i] / sum * shares.length;
        }
        return shares;
    }

    private void set(int column, double share, int other) {
        thresholds[column] =
                (int) Math.min(Integer.MAX_VALUE, (long) (share * (1L << THRESHOLD_BITS)));
        others[column] = other;
    }

    /**
     * The number that 64 random bits stand for: the high half chooses the column, the low half
     * between its two numbers.
     */
    int draw(long random) {
        int column = (int) (((random >>> 32) * thresholds.length) >>> 32);
        return ((int) random >>> 1) < thresholds[column] ? column : others[column];
    }
}
