package io.tallyflow.schemas.usage;

import io.tallyflow.schemas.event.UsageEvent;
import java.util.List;

/**
 * An accepted event and what the meters of its type took from it: each of them a reading or none,
 * with the reason.
 *
 * @param readings in the order of the definitions
 * @param ignored in the order of the definitions
 * @param matched whether at least one meter has the event's type and owns its time
 */
public record MeteredEvent(
        UsageEvent event, List<Reading> readings, List<IgnoredReading> ignored, boolean matched) {}
