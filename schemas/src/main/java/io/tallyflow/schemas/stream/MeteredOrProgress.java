package io.tallyflow.schemas.stream;

import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.MeteredEvent;
import org.jspecify.annotations.Nullable;

/**
 * A metered event, or the progress of an operator before, or what is counted from here on: exactly
 * one of them.
 *
 * @param key the key of the stream, unchanged since the shuffle
 */
public record MeteredOrProgress(
        int key,
        @Nullable MeteredEvent metered,
        @Nullable Progress progress,
        @Nullable PackedDefinitions definitions) {

    public static MeteredOrProgress of(MeteredEvent metered, int key) {
        return new MeteredOrProgress(key, metered, null, null);
    }

    public static MeteredOrProgress of(Progress progress, int key) {
        return new MeteredOrProgress(key, null, progress, null);
    }

    public static MeteredOrProgress of(PackedDefinitions definitions, int key) {
        return new MeteredOrProgress(key, null, null, definitions);
    }
}
