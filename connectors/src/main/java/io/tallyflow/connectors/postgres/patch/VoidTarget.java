package io.tallyflow.connectors.postgres.patch;

import java.time.Instant;
import java.util.UUID;

/**
 * An event in the lake that a void takes back.
 *
 * @param key hash of its subject, source and id
 * @param at its time
 * @param checkpoint by which it was accepted
 */
public record VoidTarget(
        UUID key,
        String subject,
        String source,
        String id,
        String type,
        Instant at,
        long checkpoint) {}
