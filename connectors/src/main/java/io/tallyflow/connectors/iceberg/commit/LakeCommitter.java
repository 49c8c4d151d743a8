package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.AttemptMark;
import io.tallyflow.connectors.iceberg.table.DataFiles;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeExpiry;
import io.tallyflow.connectors.iceberg.table.LakeFile;
import io.tallyflow.connectors.iceberg.table.LakeLock;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.Lineage;
import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.iceberg.table.SnapshotNote;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.jspecify.annotations.Nullable;

/**
 * Puts batches into tables, each once, after the ledger has made their commits. What a batch means
 * for a table, {@link LakeRule} says; each table gets it in one snapshot, what it takes back
 * included, so that after a failure each table either has all of it or nothing.
 *
 * <p>The rule is checked again on whatever the catalog has at the moment of the commit, so that two
 * that pass it together cannot both commit.
 */
final class LakeCommitter {

    /** Others commit in seconds: who waits longer has trouble, and comes again. */
    private static final Duration WORTH_TELLING = Duration.ofMinutes(1);

    private final Lake lake;
    private final LakeRule rule;
    private final LakeExpiry expiry = new LakeExpiry();
    private volatile boolean givenUp;

    LakeCommitter(Lake lake, LakeRule rule) {
        this.lake = lake;
        this.rule = rule;
    }

    /**
     * A batch whose commit counts.
     *
     * @param own where it stands in the ledger
     * @param start where {@link LakeBatch#start} does; null if the batch has none
     */
    record NumberedBatch(LakeBatch batch, Position own, @Nullable Position start) {}

    /**
     * Puts a batch into all tables. May be called again for the same batch, whatever became of the
     * call before.
     *
     * @throws SinkRefusedException if the batch does not follow what a table stands at
     * @throws RuntimeException of Iceberg or the catalog, if it is worth another try
     * @throws IOException if the ledger does not answer
     * @throws InterruptedException if the task has ended
     */
    void apply(NumberedBatch made) throws IOException, InterruptedException {
        try (LakeLock.Held lock = lake.lock().acquire(WORTH_TELLING)) {
            for (LakeTable name : LakeTable.values()) {
                Table table = lake.table(name);
                table.refresh();
                lock.check();
                refuseWhenGivenUp();
                apply(made, name, table, lock::check);
                expiry.afterCommit(table);
            }
        }
    }

    /** Nothing more is put in; what is being put in this moment may still come to its end. */
    void giveUp() {
        givenUp = true;
    }

    private void refuseWhenGivenUp() throws InterruptedException {
        if (givenUp) {
            throw new InterruptedException("the task has ended");
        }
    }

    private void apply(NumberedBatch made, LakeTable name, Table table, Runnable check)
            throws IOException {
        LakeBatch batch = made.batch();
        Lineage lineage = Lineage.of(table);
        SnapshotNote head = lineage.head();
        switch (rule.step(lineage, head.position(), batch, made.own(), made.start())) {
            case HELD -> {
                return;
            }
            case FOLLOWS -> append(made, name, table);
            case TAKE_BACK -> takeBack(made, name, table, head, check);
            case REFUSE -> throw LakeRule.regressed(batch.name(), batch.previous(), name, lineage);
        }
        verify(batch, name, table);
    }

    private void append(NumberedBatch made, LakeTable name, Table table) {
        LakeBatch batch = made.batch();
        AppendFiles append = table.newAppend();
        dataFiles(batch.filesOf(name), table).forEach(append::appendFile);
        new SnapshotNote(made.own(), batch.previous(), batch.settledUntilMillis(), null)
                .writeTo(append, rule.pipeline());
        AttemptMark mark = AttemptMark.fresh();
        mark.writeTo(append);
        append.validateWith(new StillFollows(batch.previous(), batch.name(), mark));
        append.commit();
    }

    private void takeBack(
            NumberedBatch made, LakeTable name, Table table, SnapshotNote head, Runnable check) {
        LakeBatch batch = made.batch();
        SnapshotNote note =
                new SnapshotNote(
                        made.own(), head.commit(), batch.settledUntilMillis(), made.start());
        new LakeRewind(table, name, rule.pipeline())
                .back(note, dataFiles(batch.filesSinceStart(name), table), check);
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
}
