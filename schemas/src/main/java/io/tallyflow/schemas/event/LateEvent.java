package io.tallyflow.schemas.event;

import java.util.List;

/**
 * An event that came after its time.
 *
 * @param reason why it is here
 * @param meters slugs of the meters whose totals it adjusted; empty for a stale event
 */
public record LateEvent(UsageEvent event, Reason reason, List<String> meters) {

    /** Why an event is late. The names are a public contract. */
    public enum Reason {
        /** Its window had settled; it counts as an adjustment. */
        LATE,
        /** Older than the dedupe horizon; it does not count unless a backfill counts it. */
        STALE
    }
}
