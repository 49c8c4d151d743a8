package io.tallyflow.benchmarks.programs;

/**
 * A result of the DataStream peer. Public, because Flink serializes it by its components.
 *
 * @param windowStartMillis milliseconds since the epoch, UTC
 */
public record PeerTotal(
        String subject,
        String model,
        String region,
        long windowStartMillis,
        long requests,
        long tokens) {}
