package io.tallyflow.schemas.usage;

import io.tallyflow.schemas.measure.UsagePartial;

/**
 * What one meter knows of one cell: an absolute value that replaces what was written before.
 *
 * @param settled whether no on-time reading can change it any more
 * @param shard which share of the subject's events it is of, from 0; 0 where subjects are not
 *     split. What a cell comes to is the merge of all its shards, settled when all of them are
 * @param first whether it is the first word of this cell, window and shard, so that there is
 *     nothing to be replaced
 */
public record UsageRow(
        UsageCell cell, UsagePartial partial, boolean settled, int shard, boolean first) {}
