package io.tallyflow.schemas.stream;

import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.MeteredEvent;
import org.jspecify.annotations.Nullable;

/**
 * A metered event, or the progress of an operator before: exactly one of them.
 *
 * @param key the key of the stream, unchanged since the shuffle
 */
public record MeteredOrProgress(
        int key, @Nullable MeteredEvent metered, @Nullable Progress progress) {

    public static MeteredOrProgress of(MeteredEvent metered, int key) {
        return new MeteredOrProgress(key, metered, null);
    }

    public static MeteredOrProgress of(Progress progress, int key) {
        return new MeteredOrProgress(key, null, progress);
    }
}
