package io.tallyflow.operations.reconcile;

import io.tallyflow.schemas.meter.MeterVersion;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A cell that comes to something else than its events.
 *
 * @param group canonical text; of a window with more groups than are told apart the one of all
 *     others, and then the numbers are of the window as a whole
 * @param value that was found; null if there is none
 * @param readings that it is of
 * @param counted value of the events; null if there is none
 * @param events how many readings they have
 */
public record Difference(
        Place place,
        MeterVersion version,
        String subject,
        String group,
        Instant windowStart,
        @Nullable BigDecimal value,
        long readings,
        @Nullable BigDecimal counted,
        long events) {

    /** Where the value was found. */
    public enum Place {
        POSTGRES,
        LAKE
    }
}
