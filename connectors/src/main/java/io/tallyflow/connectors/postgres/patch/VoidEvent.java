package io.tallyflow.connectors.postgres.patch;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event in the lake that takes another one back.
 *
 * @param key hash of its own subject, source and id
 * @param target hash of the subject, source and id of the event that it takes back; null if it
 *     names none
 * @param source of that event; null if it names none
 * @param id of that event; null if it names none
 * @param reason for people; null if nobody said
 * @param requestedAt its time
 * @param checkpoint by which it was accepted
 */
public record VoidEvent(
        UUID key,
        @Nullable UUID target,
        String subject,
        @Nullable String source,
        @Nullable String id,
        @Nullable String reason,
        Instant requestedAt,
        long checkpoint) {}
