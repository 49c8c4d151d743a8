package io.tallyflow.results.savepoint;

/**
 * A savepoint that was taken.
 *
 * @param path as Flink names it, a URI
 * @param checkpoint its number, from the same count as those of checkpoints
 */
public record Savepoint(String path, long checkpoint) {}
