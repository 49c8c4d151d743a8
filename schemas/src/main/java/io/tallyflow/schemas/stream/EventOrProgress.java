package io.tallyflow.schemas.stream;

import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.progress.Progress;
import org.jspecify.annotations.Nullable;

/**
 * A usage event, or the progress that its sender reports just before a barrier, or what is counted
 * from here on: exactly one of them.
 *
 * @param places of the event, as in {@link ParsedRecord}
 * @param key what the stream is keyed by
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record EventOrProgress(
        @Nullable UsageEvent event,
        int @Nullable [] places,
        @Nullable Progress progress,
        @Nullable PackedDefinitions definitions,
        int key) {

    /** An event of which nobody noted where the values are. */
    public static EventOrProgress of(UsageEvent event, int key) {
        return of(event, null, key);
    }

    public static EventOrProgress of(UsageEvent event, int @Nullable [] places, int key) {
        return new EventOrProgress(event, places, null, null, key);
    }

    public static EventOrProgress of(Progress progress, int key) {
        return new EventOrProgress(null, null, progress, null, key);
    }

    public static EventOrProgress of(PackedDefinitions definitions, int key) {
        return new EventOrProgress(null, null, null, definitions, key);
    }
}
