package io.tallyflow.connectors.iceberg;

import io.tallyflow.connectors.commit.SinkRefusedException;
import io.tallyflow.connectors.commit.SinkRefusedException.Refusal;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import java.util.List;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.jspecify.annotations.Nullable;

/**
 * Puts batches into tables, each once. For every table in turn: a batch that it holds is done; one
 * that follows the batch it stands at is appended; anything else is refused. The same rule as for
 * the ledger in Postgres, and it stops the same: a twin job, an attempt that thaws, a table set
 * back and an older state.
 *
 * <p>The rule is checked again on whatever the catalog has at the moment of the commit, so that two
 * that pass it together cannot both append.
 */
final class LakeCommitter {

    private final Lake lake;
    private final String pipeline;
    private final @Nullable RewindTarget rewindTo;
    private final LakeExpiry expiry = new LakeExpiry();

    LakeCommitter(Lake lake, String pipeline, @Nullable RewindTarget rewindTo) {
        this.lake = lake;
        this.pipeline = pipeline;
        this.rewindTo = rewindTo;
    }

    /**
     * Puts a batch into all tables. May be called again for the same batch, whatever became of the
     * call before.
     *
     * @throws SinkRefusedException if the batch does not follow what a table stands at
     * @throws RuntimeException of Iceberg or the catalog, if it is worth another try
     */
    void apply(LakeBatch batch) {
        for (LakeTable name : LakeTable.values()) {
            Table table = lake.table(name);
            apply(batch, name, table);
            expiry.afterCommit(table);
        }
    }

    private void apply(LakeBatch batch, LakeTable name, Table table) {
        table.refresh();
        Lineage lineage = Lineage.of(table);
        if (lineage.holds(batch.name())) {
            return;
        }
        refuseAbandoned(batch, name, lineage);
        if (!lineage.head().commit().equals(batch.previous())) {
            if (!mayRewind(lineage, batch.previous())) {
                throw regressed(batch.name(), batch.previous(), name, lineage);
            }
            new LakeRewind(table, name, pipeline)
                    .back(lineage.head(), batch.previous(), epochAfterRewind());
            table.refresh();
            lineage = Lineage.of(table);
        }
        append(batch, name, table, lineage.head().epoch());
        verify(batch, name, table);
    }

    /**
     * Checks a start before it writes anything.
     *
     * @param restored whether the job starts from state
     * @param state name of the last batch that the state knows of
     * @return whether the first batch will take the tables back
     * @throws SinkRefusedException if going on would lose or double rows
     */
    boolean checkStart(boolean restored, CommitName state) {
        boolean back = false;
        for (LakeTable name : LakeTable.values()) {
            Table table = lake.table(name);
            table.refresh();
            Lineage lineage = Lineage.of(table);
            CommitName head = lineage.head().commit();
            if (!restored && !head.equals(CommitName.NONE)) {
                throw inUse(name, head);
            }
            if (lineage.hasAbandoned(state)) {
                throw abandoned(state, name);
            }
            if (!head.equals(state)) {
                if (!mayRewind(lineage, state)) {
                    throw regressed(state, state, name, lineage);
                }
                back = true;
            }
        }
        return back;
    }

    /**
     * The target names a commit of the ledger, which checks that it is the one that the state
     * stands for; here the epoch keeps a forgotten option from taking back anything a second time.
     * The lake may be behind the ledger's epoch: a rewind that no batch lies behind leaves no
     * trace.
     */
    private boolean mayRewind(Lineage lineage, CommitName target) {
        return rewindTo != null
                && lineage.head().epoch() <= rewindTo.epoch()
                && lineage.head().commit().checkpoint() > target.checkpoint();
    }

    private long epochAfterRewind() {
        return rewindTo == null ? 0 : rewindTo.epoch() + 1;
    }

    /** Whether every table holds a batch or stands at the one before it. */
    boolean follows(LakeBatch batch) {
        for (LakeTable name : LakeTable.values()) {
            Table table = lake.table(name);
            table.refresh();
            Lineage lineage = Lineage.of(table);
            if (!lineage.holds(batch.name()) && !lineage.head().commit().equals(batch.previous())) {
                return false;
            }
        }
        return true;
    }

    private void append(LakeBatch batch, LakeTable name, Table table, long epoch) {
        AppendFiles append = table.newAppend();
        for (DataFile file : dataFiles(batch.filesOf(name), table)) {
            append.appendFile(file);
        }
        SnapshotNote note =
                new SnapshotNote(
                        batch.name(), batch.previous(), epoch, batch.settledUntilMillis(), false);
        note.writeTo(append, pipeline);
        append.validateWith(new StillFollows(batch.previous(), batch.name()));
        append.commit();
    }

    static List<DataFile> dataFiles(List<LakeFile> files, Table table) {
        return files.stream().map(file -> DataFiles.read(file, table)).toList();
    }

    /** A catalog may say that a commit was made and be wrong; better to hear of it now. */
    private static void verify(LakeBatch batch, LakeTable name, Table table) {
        table.refresh();
        Lineage lineage = Lineage.of(table);
        Long snapshotId = lineage.snapshotOf(batch.name());
        Snapshot snapshot = snapshotId == null ? null : table.snapshot(snapshotId);
        if (snapshot == null
                || !table.io().newInputFile(snapshot.manifestListLocation()).exists()) {
            throw new CommitStateUnknownException(
                    "the catalog accepted batch "
                            + batch.name()
                            + " for table "
                            + name.tableName()
                            + ", but the table does not show it",
                    new IllegalStateException("head is " + lineage.head().commit()));
        }
    }

    private static void refuseAbandoned(LakeBatch batch, LakeTable name, Lineage lineage) {
        if (lineage.hasAbandoned(batch.name())) {
            throw abandoned(batch.name(), name);
        }
    }

    private static SinkRefusedException abandoned(CommitName state, LakeTable name) {
        return new SinkRefusedException(
                Refusal.STATE_ABANDONED,
                "the state stands for batch "
                        + state
                        + " of lake table "
                        + name.tableName()
                        + ", which a rewind has taken back. Start from a state of the present epoch"
                        + " or from one at or before the rewind's target.");
    }

    private static SinkRefusedException inUse(LakeTable name, CommitName head) {
        return new SinkRefusedException(
                Refusal.LEDGER_IN_USE,
                "a job without state was started, but lake table "
                        + name.tableName()
                        + " stands at batch "
                        + head
                        + ". Everything read again would be in it twice. Start from the newest"
                        + " checkpoint or savepoint, or use an empty warehouse.");
    }

    private static SinkRefusedException regressed(
            CommitName batch, CommitName previous, LakeTable name, Lineage lineage) {
        return new SinkRefusedException(
                Refusal.SINK_REGRESSED,
                "batch "
                        + batch
                        + " follows "
                        + previous
                        + ", but lake table "
                        + name.tableName()
                        + " stands at "
                        + lineage.head().commit()
                        + " of epoch "
                        + lineage.head().epoch()
                        + ". Another job writes to this lake, or the table was set back, or this"
                        + " job was started from an older state. Nothing was written. Stop the other"
                        + " job, or start from the newest checkpoint, or rewind.");
    }
}
