package io.tallyflow.connectors.postgres.schema;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What came of asking for one meter.
 *
 * @param request number of the request that says so; of an earlier one where nothing was asked for
 * @param at first event time that the version counts, or, of what is retired, that it does not
 *     count any more; null for no bound
 */
public record MeterChange(String slug, int version, Kind kind, long request, @Nullable Instant at) {

    /** What happens to the meter. */
    public enum Kind {
        /** It was not counted before. */
        ADDED,
        /** Another definition is counted. */
        CHANGED,
        /** It is counted as it was. */
        UNCHANGED,
        /** It is not counted any more. */
        RETIRED,
        /** A version that totals did not show is not counted any more. */
        WITHDRAWN
    }
}
