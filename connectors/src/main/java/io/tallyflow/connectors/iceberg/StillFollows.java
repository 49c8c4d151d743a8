package io.tallyflow.connectors.iceberg;

import io.tallyflow.schemas.commit.CommitName;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;

/**
 * Whether a table, as the catalog has it when a commit is tried, still stands at the batch before.
 * The batch itself may be there already: the answer to the last attempt was lost, and Iceberg finds
 * that nothing is left to do.
 */
record StillFollows(CommitName previous, CommitName own) implements SnapshotAncestryValidator {

    @Override
    public boolean validate(Iterable<Snapshot> snapshots) {
        CommitName head = Lineage.of(snapshots).head().commit();
        if (head.equals(own) && !isOwn(snapshots.iterator().next())) {
            throw StillPlanned.covered();
        }
        return head.equals(previous) || head.equals(own);
    }

    private boolean isOwn(Snapshot snapshot) {
        SnapshotNote note = SnapshotNote.of(snapshot);
        return note != null && note.commit().equals(own);
    }

    @Override
    public String errorMessage() {
        return "the table no longer stands at batch " + previous;
    }
}
