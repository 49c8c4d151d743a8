package io.tallyflow.connectors.iceberg;

import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets old snapshots now and then: their number is what a commit costs. No row goes: what a
 * snapshot holds alone is only what a rewind or a compaction has replaced.
 */
final class LakeExpiry {

    private static final Logger LOG = LoggerFactory.getLogger(LakeExpiry.class);
    private static final int EVERY_COMMITS = 100;

    /** More than the checkpoints that are retained can refer to. */
    private static final int KEPT_SNAPSHOTS = 100;

    private static final long KEPT_MILLIS = 3_600_000;

    private final Map<String, Integer> commits = new HashMap<>();

    void afterCommit(Table table) {
        if (commits.merge(table.name(), 1, Integer::sum) % EVERY_COMMITS != 0) {
            return;
        }
        try {
            table.expireSnapshots()
                    .expireOlderThan(System.currentTimeMillis() - KEPT_MILLIS)
                    .retainLast(KEPT_SNAPSHOTS)
                    .commit();
        } catch (RuntimeException e) {
            // The batch is in; old snapshots can wait for the next time.
            LOG.warn("Old snapshots of {} could not be expired: {}", table.name(), e.toString());
        }
    }
}
