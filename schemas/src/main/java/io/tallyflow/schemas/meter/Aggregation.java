package io.tallyflow.schemas.meter;

/** How a meter turns readings into a value. */
public enum Aggregation {
    SUM,
    COUNT,
    UNIQUE_COUNT,
    AVG,
    MIN,
    MAX,
    LATEST;

    /** Whether the meter must name a value property; COUNT must not. */
    public boolean needsValue() {
        return this != COUNT;
    }
}
