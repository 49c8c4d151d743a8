package io.tallyflow.schemas.usage;

import io.tallyflow.schemas.event.UsageEvent;

/** One reading that came after its window had settled, with the event that it is from. */
public record AdjustedReading(UsageEvent event, Reading reading, AdjustmentReason reason) {}
