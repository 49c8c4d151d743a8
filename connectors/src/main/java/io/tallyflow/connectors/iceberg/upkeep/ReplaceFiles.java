package io.tallyflow.connectors.iceberg.upkeep;

import io.tallyflow.connectors.iceberg.table.AttemptMark;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * Puts files in the place of others that hold the same rows, once, whatever the catalog says of it.
 *
 * @param planned snapshot on which it was seen that no rows of the files are deleted
 */
record ReplaceFiles(Table table, long planned) {

    /**
     * Commits.
     *
     * @param abandon deletes the new files; called only if they are sure to be in no snapshot
     * @throws CommitStateUnknownException if nobody can tell
     */
    void commit(List<DataFile> old, List<DataFile> made, Runnable abandon) {
        AttemptMark own = AttemptMark.fresh();
        RewriteFiles replace = table.newRewrite().validateFromSnapshot(planned);
        old.forEach(replace::deleteFile);
        made.forEach(replace::addFile);
        own.writeTo(replace);
        replace.validateWith(new NotMadeYet(own));
        try {
            replace.commit();
        } catch (RuntimeException e) {
            if (!isMade(own, e)) {
                if (e instanceof CleanableFailure) {
                    abandon.run();
                }
                throw e;
            }
        }
        verify(own);
    }

    private boolean isMade(AttemptMark own, RuntimeException failure) {
        try {
            return shows(own);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            throw new CommitStateUnknownException(failure);
        }
    }

    /** A catalog may say that a commit was made and be wrong; better to hear of it now. */
    private void verify(AttemptMark own) {
        if (!shows(own)) {
            throw new CommitStateUnknownException(
                    new IllegalStateException(
                            "the catalog accepted a compaction, but "
                                    + table.name()
                                    + " lacks it"));
        }
    }

    private boolean shows(AttemptMark own) {
        table.refresh();
        return own.isIn(SnapshotUtil.currentAncestors(table));
    }

    /**
     * An attempt that got through must not be tried again: Iceberg would miss the files that it has
     * replaced, and clean up what the table needs.
     */
    private record NotMadeYet(AttemptMark own) implements SnapshotAncestryValidator {
        @Override
        public boolean validate(Iterable<Snapshot> snapshots) {
            if (own.isIn(snapshots)) {
                throw new CommitStateUnknownException(
                        new IllegalStateException("an earlier attempt got through"));
            }
            return true;
        }
    }
}
