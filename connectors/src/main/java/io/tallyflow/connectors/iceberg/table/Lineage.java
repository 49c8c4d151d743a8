package io.tallyflow.connectors.iceberg.table;

import io.tallyflow.schemas.commit.CommitName;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/**
 * The batches that a table holds, read from the summaries of its snapshots, newest first. Snapshots
 * of others (compaction, backfill) are passed over. Where a table was taken back, what lies behind
 * is not held down to where it went back to.
 */
public final class Lineage {

    private final SnapshotNote head;
    private final Map<CommitName, Long> snapshots = new HashMap<>();
    private final Map<CommitName, Long> standing = new HashMap<>();
    private final Map<Long, CommitName> starts = new LinkedHashMap<>();
    private final @Nullable String pipeline;

    private Lineage(Iterable<Snapshot> newestFirst) {
        SnapshotNote newest = null;
        Position limit = null;
        Snapshot last = null;
        String maker = null;
        for (Snapshot snapshot : newestFirst) {
            last = last == null ? snapshot : last;
            SnapshotNote note = SnapshotNote.of(snapshot);
            if (note == null) {
                continue;
            }
            if (newest == null) {
                newest = note;
                maker = SnapshotNote.pipelineOf(snapshot);
            }
            starts.putIfAbsent(note.commit().token(), note.commit());
            if (limit == null || !note.position().isAfter(limit)) {
                snapshots.putIfAbsent(note.commit(), snapshot.snapshotId());
                standing.putIfAbsent(note.commit(), last.snapshotId());
                limit = note.rewoundTo() == null ? limit : note.rewoundTo();
            }
            last = null;
        }
        this.pipeline = maker;
        this.head = newest == null ? SnapshotNote.NONE : newest;
    }

    public static Lineage of(Table table) {
        Snapshot current = table.currentSnapshot();
        return current == null
                ? new Lineage(Set.of())
                : of(SnapshotUtil.ancestorsOf(current.snapshotId(), table::snapshot));
    }

    public static Lineage of(Iterable<Snapshot> newestFirst) {
        return new Lineage(newestFirst);
    }

    /** What the table stands at. */
    public SnapshotNote head() {
        return head;
    }

    /** That put the head in; null if there is none, or it does not say. */
    public @Nullable String pipeline() {
        return pipeline;
    }

    /** One batch of each start whose batches the table has or had, newest first. */
    public Collection<CommitName> starts() {
        return starts.values();
    }

    /** Whether the table holds a batch. One that expiry has forgotten counts as not held. */
    boolean holds(CommitName batch) {
        return batch.equals(CommitName.NONE) || snapshots.containsKey(batch);
    }

    /**
     * The newest snapshot that stands at a batch, with what others have done since (compaction,
     * deletion); null if there is none.
     */
    @Nullable Long newestAt(CommitName batch) {
        return standing.get(batch);
    }

    /** The snapshot by which the table got a batch; null if there is none. */
    public @Nullable Long snapshotOf(CommitName batch) {
        return snapshots.get(batch);
    }
}
