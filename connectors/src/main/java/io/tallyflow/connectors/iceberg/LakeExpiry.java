package io.tallyflow.connectors.iceberg;

import java.time.Duration;
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

    private static final Duration KEPT = Duration.ofHours(1);

    private final int everyCommits;
    private final int keptSnapshots;
    private final Duration kept;
    private final Map<String, Integer> commits = new HashMap<>();

    LakeExpiry() {
        this(EVERY_COMMITS, KEPT_SNAPSHOTS, KEPT);
    }

    /**
     * @param everyCommits to a table, its snapshots are looked at
     * @param keptSnapshots the newest, however old
     * @param kept all that are younger
     */
    LakeExpiry(int everyCommits, int keptSnapshots, Duration kept) {
        this.everyCommits = everyCommits;
        this.keptSnapshots = keptSnapshots;
        this.kept = kept;
    }

    void afterCommit(Table table) {
        if (commits.merge(table.name(), 1, Integer::sum) % everyCommits != 0) {
            return;
        }
        try {
            table.expireSnapshots()
                    .expireOlderThan(System.currentTimeMillis() - kept.toMillis())
                    .retainLast(keptSnapshots)
                    .commit();
        } catch (RuntimeException e) {
            // The batch is in; old snapshots can wait for the next time.
            LOG.warn("Old snapshots of {} could not be expired: {}", table.name(), e.toString());
        }
    }
}
