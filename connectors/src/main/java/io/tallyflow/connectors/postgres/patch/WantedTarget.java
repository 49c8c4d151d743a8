package io.tallyflow.connectors.postgres.patch;

import java.util.UUID;

/**
 * An event that a void names and that was not in the lake when it was last looked through.
 *
 * @param key hash of its subject, source and id
 */
public record WantedTarget(UUID key, String subject) {}
