package io.tallyflow.schemas.stream;

import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.progress.Progress;
import org.jspecify.annotations.Nullable;

/**
 * A usage event, or the progress that its sender reports just before a barrier: exactly one of
 * them.
 *
 * @param places of the event, as in {@link ParsedRecord}
 * @param sender makes the key of a progress; 0 for an event
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record EventOrProgress(
        @Nullable UsageEvent event,
        int @Nullable [] places,
        @Nullable Progress progress,
        int sender) {

    /**
     * Starts the key of a progress record. Subjects cannot hold control characters, so it meets
     * none of them.
     */
    private static final String PROGRESS_KEY = "\u0001";

    public static EventOrProgress of(UsageEvent event) {
        return of(event, null);
    }

    public static EventOrProgress of(UsageEvent event, int @Nullable [] places) {
        return new EventOrProgress(event, places, null, 0);
    }

    public static EventOrProgress of(Progress progress, int sender) {
        return new EventOrProgress(null, null, progress, sender);
    }

    /** What the stream is keyed by: the subject. */
    public String key() {
        return event == null ? PROGRESS_KEY + sender : event.subject();
    }
}
