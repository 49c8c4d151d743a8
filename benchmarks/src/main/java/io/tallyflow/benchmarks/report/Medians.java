package io.tallyflow.benchmarks.report;

import java.util.Arrays;
import java.util.Collection;

/** Medians and quantiles of measured values. */
public final class Medians {

    private Medians() {}

    /**
     * The value in the middle, or the mean of the two; NaN of nothing. Not-a-numbers are left out.
     */
    public static double median(Collection<Double> values) {
        double[] sorted = sorted(values);
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The smallest value that so large a share of all values does not exceed; NaN of nothing. */
    public static double quantile(Collection<Double> values, double share) {
        double[] sorted = sorted(values);
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(1, rank) - 1];
    }

    private static double[] sorted(Collection<Double> values) {
        double[] sorted =
                values.stream()
                        .mapToDouble(Double::doubleValue)
                        .filter(value -> !Double.isNaN(value))
                        .toArray();
        Arrays.sort(sorted);
        return sorted;
    }
}
