package io.tallyflow.connectors.iceberg.table;

import java.time.Duration;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets old snapshots now and then: their number is what a commit costs. No row goes: what a
 * snapshot holds alone is only what a rewind or a compaction has replaced.
 */
public final class LakeExpiry {

    private static final Logger LOG = LoggerFactory.getLogger(LakeExpiry.class);
    private static final int WORTH_SNAPSHOTS = 100;

    /** Of the stream; more than the checkpoints that are retained can refer to. */
    private static final int KEPT_SNAPSHOTS = 100;

    private static final Duration KEPT = Duration.ofHours(1);

    private final int worthSnapshots;
    private final int keptSnapshots;
    private final Duration kept;

    public LakeExpiry() {
        this(WORTH_SNAPSHOTS, KEPT_SNAPSHOTS, KEPT);
    }

    /**
     * @param worthSnapshots of the stream can go before it is worth a commit
     * @param keptSnapshots the newest of the stream, and all after those, however old
     * @param kept all that are younger
     */
    public LakeExpiry(int worthSnapshots, int keptSnapshots, Duration kept) {
        this.worthSnapshots = worthSnapshots;
        this.keptSnapshots = keptSnapshots;
        this.kept = kept;
    }

    /**
     * Forgets what is old enough, if that is worth it. What the table holds decides: whoever counts
     * commits begins again with each start.
     */
    public void afterCommit(Table table) {
        if (expendable(table) >= worthSnapshots) {
            expire(table);
        }
    }

    private int expendable(Table table) {
        long oldest = System.currentTimeMillis() - kept.toMillis();
        int own = 0;
        int expendable = 0;
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            if (SnapshotNote.of(snapshot) != null
                    && ++own > keptSnapshots
                    && snapshot.timestampMillis() < oldest) {
                expendable++;
            }
        }
        return expendable;
    }

    /** Forgets now what is old enough. */
    public void expire(Table table) {
        try {
            table.expireSnapshots()
                    .expireOlderThan(System.currentTimeMillis() - kept.toMillis())
                    .retainLast(retained(table))
                    .commit();
        } catch (RuntimeException e) {
            // The batch is in; old snapshots can wait for the next time.
            LOG.warn("Old snapshots of {} could not be expired: {}", table.name(), e.toString());
        }
    }

    /**
     * So many of the newest that enough are the stream's own: those say what the table stands at,
     * and any number of others (a compaction makes one per day) may lie on top.
     */
    private int retained(Table table) {
        int own = 0;
        int all = 0;
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            all++;
            if (SnapshotNote.of(snapshot) != null && ++own == keptSnapshots) {
                break;
            }
        }
        return Math.max(1, all);
    }
}
