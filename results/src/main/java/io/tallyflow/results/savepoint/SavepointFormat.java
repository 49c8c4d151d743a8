package io.tallyflow.results.savepoint;

/** How a savepoint is written. */
public enum SavepointFormat {
    /** Flink's own form, the same for every state backend; written record by record. */
    CANONICAL,
    /** The state backend's files as they are: fast however large, but bound to it. */
    NATIVE
}
