package io.tallyflow.schemas.event;

/** Where a consumed record ends: exactly one of these, the first that fits in this order. */
public enum Lane {
    /** Not a valid usage event. */
    REJECTED,
    /** Event time further before its Kafka timestamp than the dedupe horizon. */
    STALE,
    /** As duplicate, but the type or the bytes of data differ from the first. */
    CONFLICT,
    /** An equal identity was accepted before. */
    DUPLICATE,
    /** Accepted, but no meter for its type. */
    UNMATCHED,
    /** Accepted, and at least one meter matches its type. */
    METERED
}
