package io.tallyflow.schemas.measure;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a set of readings, mergeable in any order. Lives in state and travels to the
 * sinks.
 *
 * @param readings how many
 * @param sum exact; null if no reading has a number, as for COUNT
 * @param min smallest value; null likewise, or if the meter never shows it
 * @param max greatest value; null likewise
 * @param latest value with the greatest (event time, source, id); null likewise
 * @param latestTimeMicros event time of {@code latest}, microseconds since the epoch, UTC
 * @param latestSource source of {@code latest}
 * @param latestId id of {@code latest}
 */
public record UsagePartial(
        long readings,
        @Nullable BigDecimal sum,
        @Nullable BigDecimal min,
        @Nullable BigDecimal max,
        @Nullable BigDecimal latest,
        long latestTimeMicros,
        @Nullable String latestSource,
        @Nullable String latestId) {}
