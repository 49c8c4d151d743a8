package io.tallyflow.results.query;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Values as text. */
final class Cells {

    private Cells() {}

    /** RFC 3339 in UTC; empty for none. */
    static String time(@Nullable Instant instant) {
        return instant == null ? "" : instant.toString();
    }
}
