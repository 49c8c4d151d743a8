package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.AttemptMark;
import java.util.Iterator;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.exceptions.CommitStateUnknownException;

/**
 * Whether a table, as the catalog has it when a rewind is tried, is still the one whose files the
 * rewind was planned on, to the last snapshot. The rewind itself may be there already: the answer
 * to the last attempt was lost, and Iceberg finds that nothing is left to do.
 *
 * @param snapshotId that was current when the rewind was planned
 * @param own mark of the rewind
 */
record StillPlanned(long snapshotId, AttemptMark own) implements SnapshotAncestryValidator {

    @Override
    public boolean validate(Iterable<Snapshot> snapshots) {
        Iterator<Snapshot> newestFirst = snapshots.iterator();
        if (newestFirst.hasNext()) {
            Snapshot newest = newestFirst.next();
            if (newest.snapshotId() == snapshotId || own.isOn(newest)) {
                return true;
            }
        }
        if (own.isIn(snapshots)) {
            throw covered();
        }
        return false;
    }

    /**
     * For what is in a table already, but not as the newest snapshot of this attempt. Iceberg would
     * take the table back to it, so that what came after would be gone, or add it once more.
     */
    static CommitStateUnknownException covered() {
        return new CommitStateUnknownException(
                new IllegalStateException(
                        "an earlier attempt got through, or others have committed since"));
    }

    @Override
    public String errorMessage() {
        return "the table has changed since its rewind was planned";
    }
}
