package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.AttemptMark;
import io.tallyflow.connectors.iceberg.table.Lineage;
import io.tallyflow.schemas.commit.CommitName;
import java.util.Iterator;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;

/**
 * Whether a table, as the catalog has it when a commit is tried, still stands at the batch before.
 * The very snapshot of this attempt may be there already: the answer to a request was lost, and
 * Iceberg finds that nothing is left to do. The batch in any other snapshot is not that: another
 * attempt put it in, and Iceberg would add the same files once more.
 *
 * @param mark of this attempt
 */
record StillFollows(CommitName previous, CommitName batch, AttemptMark mark)
        implements SnapshotAncestryValidator {

    @Override
    public boolean validate(Iterable<Snapshot> snapshots) {
        Iterator<Snapshot> newestFirst = snapshots.iterator();
        if (newestFirst.hasNext() && mark.isOn(newestFirst.next())) {
            return true;
        }
        CommitName head = Lineage.of(snapshots).head().commit();
        if (head.equals(batch) || mark.isIn(snapshots)) {
            throw StillPlanned.covered();
        }
        return head.equals(previous);
    }

    @Override
    public String errorMessage() {
        return "the table no longer stands at batch " + previous;
    }
}
