package io.tallyflow.results.lake;

/**
 * A stretch of time that gets a row of its own.
 *
 * @param start inclusive, milliseconds since the epoch, UTC
 * @param end exclusive, likewise
 */
record Window(long start, long end) {

    /** The only window of a total. */
    static final Window ALL = new Window(Long.MIN_VALUE, Long.MAX_VALUE);
}
