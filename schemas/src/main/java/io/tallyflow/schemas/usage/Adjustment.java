package io.tallyflow.schemas.usage;

import io.tallyflow.schemas.measure.UsagePartial;

/** What readings that came after their window had settled add to a cell, within one commit. */
public record Adjustment(UsageCell cell, AdjustmentReason reason, UsagePartial partial) {}
