package io.tallyflow.schemas.usage;

/**
 * A value that a UNIQUE_COUNT meter has seen in a cell. However often it is written, it counts
 * once.
 *
 * @param text of the value, at most 256 bytes of UTF-8
 */
public record DistinctValue(UsageCell cell, String text) {}
