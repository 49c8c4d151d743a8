package io.tallyflow.results.lake;

import org.jspecify.annotations.Nullable;

/** Where usage begins and ends: the first start and the last end of windows. */
final class Extent {

    private @Nullable Long first;
    private @Nullable Long last;

    void include(long start, long end) {
        if (first == null || start < first) {
            first = start;
        }
        if (last == null || end > last) {
            last = end;
        }
    }

    void include(Extent other) {
        if (other.first != null && other.last != null) {
            include(other.first, other.last);
        }
    }

    /** Milliseconds since the epoch, UTC; null if there is no usage. */
    @Nullable Long first() {
        return first;
    }

    /** Likewise, exclusive. */
    @Nullable Long last() {
        return last;
    }
}
