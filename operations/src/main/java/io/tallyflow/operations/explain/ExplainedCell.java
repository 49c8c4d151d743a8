package io.tallyflow.operations.explain;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What one group of a subject comes to in a window: in Postgres, and counted again from its events.
 *
 * @param group canonical text; of a window with more groups than are told apart the one of all
 *     others, and then the numbers are of the window as a whole
 * @param value that Postgres shows; null if it shows none
 * @param readings that this is of
 * @param settled whether no on-time reading can change it any more
 * @param counted value of the events; null if there is none
 * @param events how many readings they have
 */
public record ExplainedCell(
        String group,
        @Nullable BigDecimal value,
        long readings,
        boolean settled,
        @Nullable BigDecimal counted,
        long events) {

    /** Whether the events add up to the number. */
    public boolean isEqual() {
        return readings == events
                && (value == null
                        ? counted == null
                        : counted != null && value.compareTo(counted) == 0);
    }
}
