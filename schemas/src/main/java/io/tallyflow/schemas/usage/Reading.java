package io.tallyflow.schemas.usage;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * One event seen by one meter; subject, time, source and id are the event's.
 *
 * @param meter name of the meter's version, as {@link io.tallyflow.schemas.meter.VersionName} has
 *     it
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

    /** The partial of this reading of an event. */
    public UsagePartial partial(UsageEvent event) {
        return UsagePartials.of(value, event.timeMicros(), event.source(), event.id());
    }

    /**
     * A cell's partial with this reading of an event, as {@link UsagePartials#add} has it.
     *
     * @return null if the reading is to be ignored as {@code TOTAL_RANGE}
     */
    public @Nullable UsagePartial addTo(UsagePartial partial, UsageEvent event) {
        return UsagePartials.add(partial, value, event.timeMicros(), event.source(), event.id());
    }
}
