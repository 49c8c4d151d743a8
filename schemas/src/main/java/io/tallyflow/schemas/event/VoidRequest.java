package io.tallyflow.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A wish that an event should not count. It travels as an event of its own, whose subject is that
 * of the event and whose data holds the other fields.
 *
 * @param source of the event that is taken back
 * @param id of that event
 * @param reason for people; null if nobody said
 */
public record VoidRequest(String subject, String source, String id, @Nullable String reason) {

    /** The type of such events. No meter counts them. */
    public static final String TYPE = "tallyflow.void";
}
