package io.tallyflow.benchmarks.rows;

/**
 * What something cost.
 *
 * @param wallNanos by the clock
 * @param backendNanos processor time of the connection's own server process
 * @param othersNanos of the server's other processes
 * @param clientNanos of the thread that sends
 * @param walBytes written ahead
 */
record Cost(
        double wallNanos,
        double backendNanos,
        double othersNanos,
        double clientNanos,
        double walBytes) {

    static final Cost NONE = new Cost(0, 0, 0, 0, 0);

    Cost plus(Cost other) {
        return new Cost(
                wallNanos + other.wallNanos,
                backendNanos + other.backendNanos,
                othersNanos + other.othersNanos,
                clientNanos + other.clientNanos,
                walBytes + other.walBytes);
    }

    /** Of each of so many. */
    Cost per(long count) {
        return new Cost(
                wallNanos / count,
                backendNanos / count,
                othersNanos / count,
                clientNanos / count,
                walBytes / count);
    }
}
