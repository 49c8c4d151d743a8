package io.tallyflow.connectors.iceberg;

import io.tallyflow.schemas.commit.CommitName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/**
 * The batches that a table holds, read from the summaries of its snapshots, newest first. Snapshots
 * of others (compaction, backfill) are passed over. A rewind is a snapshot, too: behind it, all
 * batches down to its target are abandoned.
 */
final class Lineage {

    private final SnapshotNote head;
    private final Map<CommitName, Long> snapshots = new HashMap<>();
    private final Set<CommitName> abandoned = new HashSet<>();

    private Lineage(Iterable<Snapshot> newestFirst) {
        SnapshotNote newest = null;
        CommitName skipTo = null;
        for (Snapshot snapshot : newestFirst) {
            SnapshotNote note = SnapshotNote.of(snapshot);
            if (note == null) {
                continue;
            }
            newest = newest == null ? note : newest;
            if (skipTo != null && (note.rewind() || !note.commit().equals(skipTo))) {
                abandon(note, skipTo);
                continue;
            }
            snapshots.putIfAbsent(note.commit(), snapshot.snapshotId());
            skipTo = note.rewind() ? note.commit() : null;
        }
        this.head = newest == null ? SnapshotNote.NONE : newest;
    }

    private void abandon(SnapshotNote note, CommitName target) {
        if (!note.commit().equals(target)) {
            abandoned.add(note.commit());
        }
    }

    static Lineage of(Table table) {
        Snapshot current = table.currentSnapshot();
        return current == null
                ? new Lineage(Set.of())
                : of(SnapshotUtil.ancestorsOf(current.snapshotId(), table::snapshot));
    }

    static Lineage of(Iterable<Snapshot> newestFirst) {
        return new Lineage(newestFirst);
    }

    /** What the table stands at. */
    SnapshotNote head() {
        return head;
    }

    /** Whether the table holds a batch. One that expiry has forgotten counts as not held. */
    boolean holds(CommitName batch) {
        return batch.equals(CommitName.NONE) || snapshots.containsKey(batch);
    }

    /** Whether a rewind took a batch back. */
    boolean hasAbandoned(CommitName batch) {
        return abandoned.contains(batch) && !snapshots.containsKey(batch);
    }

    /** The newest snapshot that stands at a batch; null if there is none. */
    @Nullable Long snapshotOf(CommitName batch) {
        return snapshots.get(batch);
    }
}
