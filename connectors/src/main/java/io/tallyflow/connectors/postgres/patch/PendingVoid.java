package io.tallyflow.connectors.postgres.patch;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A void whose event still counts.
 *
 * @param key of the void
 * @param target the event
 * @param reason for people; null if nobody said
 */
public record PendingVoid(UUID key, VoidTarget target, @Nullable String reason) {}
