package io.tallyflow.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A record that is not a valid usage event, or an event that contradicts an earlier one.
 *
 * @param reason a {@link RejectionReason} name, or {@code CONFLICT}
 * @param detail what was wrong, for people; never the payload
 * @param head the first 4 KiB of the value; null for a tombstone
 * @param length bytes of the whole value
 * @param sha256 of the whole value, 64 hex digits; empty for a tombstone
 * @param firstContentHash for a conflict: content hash of the event that counted
 * @param contentHash for a conflict: content hash of this event
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record RejectedRecord(
        String reason,
        String detail,
        int partition,
        long offset,
        long kafkaTimeMillis,
        byte @Nullable [] head,
        long length,
        String sha256,
        @Nullable String firstContentHash,
        @Nullable String contentHash) {

    /** Bytes of a rejected value that are kept. */
    public static final int HEAD_BYTES = 4 * 1024;
}
