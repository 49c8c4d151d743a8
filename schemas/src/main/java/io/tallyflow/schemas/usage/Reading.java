package io.tallyflow.schemas.usage;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * One event seen by one meter; subject, time, source and id are the event's.
 *
 * @param meter slug
 * @param group canonical group text, as in {@link UsageCell}
 * @param windowStartMillis inclusive, milliseconds since the epoch, UTC
 * @param windowEndMillis exclusive, milliseconds since the epoch, UTC
 * @param value canonical quantity; null for COUNT and UNIQUE_COUNT
 * @param distinct text of the value for UNIQUE_COUNT; null for all others
 */
public record Reading(
        String meter,
        String group,
        long windowStartMillis,
        long windowEndMillis,
        @Nullable BigDecimal value,
        @Nullable String distinct) {

    /** The cell that the reading counts in. */
    public UsageCell cell(String subject) {
        return new UsageCell(meter, subject, group, windowStartMillis, windowEndMillis);
    }
}
