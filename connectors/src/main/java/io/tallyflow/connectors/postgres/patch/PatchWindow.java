package io.tallyflow.connectors.postgres.patch;

/**
 * A window of a subject in the layer that the stream counts a version in, with all groups.
 *
 * @param startMillis inclusive, milliseconds since the epoch, UTC
 * @param keepsValues whether its version counts distinct values
 */
public record PatchWindow(int layer, String subject, long startMillis, boolean keepsValues) {}
