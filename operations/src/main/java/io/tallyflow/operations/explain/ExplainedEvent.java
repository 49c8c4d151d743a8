package io.tallyflow.operations.explain;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event of a window.
 *
 * @param time event time
 * @param group canonical text of its group
 * @param value that the meter reads; null where it only counts
 * @param by what has counted it
 * @param importNumber number of the import that sent it; 0 for none
 */
public record ExplainedEvent(
        Instant time,
        String source,
        String id,
        String group,
        @Nullable String value,
        By by,
        long importNumber) {

    /** What has counted an event. */
    public enum By {
        /** The stream, when it came. */
        STREAM,

        /** A run, later. */
        RUN,

        /** Nothing any more: a void took it back. */
        NONE
    }
}
