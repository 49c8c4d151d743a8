package io.tallyflow.schemas.stream;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.progress.Progress;
import org.jspecify.annotations.Nullable;

/**
 * A usage event, or the progress that its sender reports just before a barrier: exactly one of
 * them.
 *
 * @param key what the stream is keyed by
 */
public record EventOrProgress(@Nullable UsageEvent event, @Nullable Progress progress, int key) {

    public static EventOrProgress of(UsageEvent event, int key) {
        return new EventOrProgress(event, null, key);
    }

    public static EventOrProgress of(Progress progress, int key) {
        return new EventOrProgress(null, progress, key);
    }
}
