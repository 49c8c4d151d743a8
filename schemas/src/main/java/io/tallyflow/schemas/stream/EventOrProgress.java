package io.tallyflow.schemas.stream;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.progress.Progress;
import org.jspecify.annotations.Nullable;

/**
 * A usage event, or the progress that its sender reports just before a barrier: exactly one of
 * them.
 *
 * @param sender makes the key of a progress; 0 for an event
 */
public record EventOrProgress(@Nullable UsageEvent event, @Nullable Progress progress, int sender) {

    /**
     * Starts the key of a progress record. Subjects cannot hold control characters, so it meets
     * none of them.
     */
    private static final String PROGRESS_KEY = "\u0001";

    public static EventOrProgress of(UsageEvent event) {
        return new EventOrProgress(event, null, 0);
    }

    public static EventOrProgress of(Progress progress, int sender) {
        return new EventOrProgress(null, progress, sender);
    }

    /** What the stream is keyed by: the subject. */
    public String key() {
        return event == null ? PROGRESS_KEY + sender : event.subject();
    }
}
