package io.tallyflow.schemas.progress;

/**
 * A number that the running job shows about itself. Names are a public contract: dashboards and
 * alerts are built on them. The reference in the docs is checked against these.
 *
 * @param name with its unit, as registered below {@link #GROUP}
 * @param unit what one stands for
 * @param meaning for people, in one line
 */
public record Metric(String name, Kind kind, String unit, String meaning) {

    /** The group below each operator's own that holds all of them. */
    public static final String GROUP = "tallyflow";

    /** How a number behaves. */
    public enum Kind {
        /** Only grows; begins at zero with each attempt of a task. */
        COUNTER,
        /** Goes up and down. */
        GAUGE,
        /** Says how recent values are distributed. */
        HISTOGRAM
    }

    /** A counter. */
    public static Metric counter(String name, String unit, String meaning) {
        return new Metric(name, Kind.COUNTER, unit, meaning);
    }

    /** A gauge. */
    public static Metric gauge(String name, String unit, String meaning) {
        return new Metric(name, Kind.GAUGE, unit, meaning);
    }

    /** A histogram. */
    public static Metric histogram(String name, String unit, String meaning) {
        return new Metric(name, Kind.HISTOGRAM, unit, meaning);
    }
}
