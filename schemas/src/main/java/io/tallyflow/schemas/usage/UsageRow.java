package io.tallyflow.schemas.usage;

import io.tallyflow.schemas.state.UsagePartial;

/**
 * What one meter knows of one cell: an absolute value that replaces what was written before.
 *
 * @param settled whether no on-time reading can change it any more
 */
public record UsageRow(UsageCell cell, UsagePartial partial, boolean settled) {}
