package io.tallyflow.local.truth;

/**
 * An accepted event, as far as meters look at it.
 *
 * @param timeMicros event time, microseconds since the epoch, UTC
 */
record Usage(
        String type, String subject, String source, String id, long timeMicros, Payload payload) {}
