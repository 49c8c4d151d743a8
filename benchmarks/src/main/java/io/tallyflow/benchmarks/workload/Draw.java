package io.tallyflow.benchmarks.workload;

/** What one record is made of. Filled again and again by {@link Workload#draw}. */
final class Draw {

    /** Where the record stands that this one repeats; its own position unless it is a replay. */
    long origin;

    /** Of a type that nobody counts. */
    boolean uncounted;

    long idHigh;
    long idLow;
    int source;
    int subject;
    int model;
    int region;
    int method;
    int route;
    int tokens;
    int durationMillis;
    long timeMillis;
}
