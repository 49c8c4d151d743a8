package io.tallyflow.benchmarks.workload;

/** How events spread over subjects. */
public enum SubjectMix {
    /** Every subject as often as any other. */
    UNIFORM,
    /** By Zipf's law with exponent 0.84: of 10,000 subjects the first has 4.6 % of the events. */
    SKEWED,
    /** The first subject has 60 % of the events, all others the same. */
    GIANT;

    private static final double ZIPF_EXPONENT = 0.84;
    private static final double GIANT_SHARE = 0.6;

    /** Weight of each subject; only their ratios matter. The same on every machine. */
    double[] weights(int subjects) {
        double[] weights = new double[subjects];
        for (int i = 0; i < subjects; i++) {
            weights[i] = weight(i, subjects);
        }
        return weights;
    }

    private double weight(int subject, int subjects) {
        return switch (this) {
            case UNIFORM -> 1;
            case SKEWED -> StrictMath.pow(subject + 1.0, -ZIPF_EXPONENT);
            case GIANT -> subject == 0 ? GIANT_SHARE : (1 - GIANT_SHARE) / (subjects - 1);
        };
    }
}
