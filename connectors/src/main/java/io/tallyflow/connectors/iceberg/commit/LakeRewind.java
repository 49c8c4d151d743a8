package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.AttemptMark;
import io.tallyflow.connectors.iceberg.table.DataFiles;
import io.tallyflow.connectors.iceberg.table.DeletedRows;
import io.tallyflow.connectors.iceberg.table.FreshFiles;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.iceberg.table.SnapshotNote;
import io.tallyflow.connectors.iceberg.table.UnreadableDeletesException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a table back to an earlier checkpoint and adds a batch, in one snapshot. Every row says
 * which checkpoint first held it, so no older snapshot is needed, and what others have committed
 * since (compaction, backfill) stays: files that hold only later rows go, files that hold both are
 * written again, without the rows that others have deleted.
 */
final class LakeRewind {

    private static final Logger LOG = LoggerFactory.getLogger(LakeRewind.class);
    private static final String CHECKPOINT = "checkpoint";

    private final Table table;
    private final LakeTable name;
    private final String pipeline;

    LakeRewind(Table table, LakeTable name, String pipeline) {
        this.table = table;
        this.name = name;
        this.pipeline = pipeline;
    }

    /**
     * Takes back everything after the target and adds what came instead.
     *
     * @param note of the batch that is added; says what the table goes back to
     * @param files of that batch
     * @param check fails if others may commit by now; asked now and then, and right before the
     *     commit
     * @throws RuntimeException if it failed; then it may be done again, on the table as it is then
     */
    void back(SnapshotNote note, List<DataFile> files, Runnable check) {
        Position target = Objects.requireNonNull(note.rewoundTo());
        LOG.warn(
                "Rewinding lake table {} from batch {} to {}; epoch {} begins",
                name.tableName(),
                note.previous(),
                target,
                note.epoch());
        FreshFiles fresh = new FreshFiles(table);
        AttemptMark own = AttemptMark.fresh();
        OverwriteFiles overwrite = table.newOverwrite();
        own.writeTo(overwrite);
        note.writeTo(overwrite, pipeline);
        // A file that others replace meanwhile would take its later rows into theirs.
        overwrite.validateWith(new StillPlanned(table.currentSnapshot().snapshotId(), own));
        boolean written = false;
        try {
            replaceLater(overwrite, target.commit().checkpoint(), fresh, check);
            files.forEach(overwrite::addFile);
            check.run();
            written = true;
        } finally {
            if (!written) {
                fresh.abandon();
            }
        }
        commit(overwrite, own, fresh);
    }

    private void replaceLater(
            OverwriteFiles overwrite, long kept, FreshFiles fresh, Runnable check) {
        try (CloseableIterable<FileScanTask> tasks = later(table, kept)) {
            for (FileScanTask task : tasks) {
                overwrite.deleteFile(task.file());
                if (earliestCheckpoint(task.file()) <= kept) {
                    check.run();
                    overwrite.addFile(withoutLater(task, kept, fresh));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot rewind the files of " + name.tableName(), e);
        }
    }

    private static CloseableIterable<FileScanTask> later(Table table, long kept) {
        return table.newScan()
                .filter(Expressions.greaterThan(CHECKPOINT, kept))
                .includeColumnStats()
                .planFiles();
    }

    /**
     * Looks whether rows that others have deleted from files that a rewind has to write again can
     * be told.
     *
     * @throws UnreadableDeletesException if not
     */
    static void requireReadable(Table table, Position target) {
        if (table.currentSnapshot() == null) {
            return;
        }
        try (CloseableIterable<FileScanTask> tasks = later(table, target.commit().checkpoint())) {
            tasks.forEach(task -> new DeletedRows(table).requireReadable(task.deletes()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the files of " + table.name(), e);
        }
    }

    /** New files go only if it is sure that no late request brings them into the table. */
    private void commit(OverwriteFiles overwrite, AttemptMark own, FreshFiles fresh) {
        try {
            overwrite.commit();
        } catch (RuntimeException e) {
            if (e instanceof CleanableFailure && isAbsent(own, e)) {
                fresh.abandon();
            }
            throw e;
        }
    }

    private boolean isAbsent(AttemptMark own, RuntimeException failure) {
        try {
            table.refresh();
            return !own.isIn(SnapshotUtil.currentAncestors(table));
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    /** Where bounds are missing, a file is taken to hold earlier rows, too. */
    private long earliestCheckpoint(DataFile file) {
        int column = table.schema().findField(CHECKPOINT).fieldId();
        Map<Integer, ByteBuffer> bounds = file.lowerBounds();
        @Nullable ByteBuffer bound = bounds == null ? null : bounds.get(column);
        if (bound == null) {
            return Long.MIN_VALUE;
        }
        Long earliest = Conversions.fromByteBuffer(Types.LongType.get(), bound);
        return earliest;
    }

    private DataFile withoutLater(FileScanTask task, long kept, FreshFiles fresh)
            throws IOException {
        DataFile file = task.file();
        DataWriter<StructLike> writer = DataFiles.writer(file, table, fresh.place(file, "rewound"));
        int column = table.schema().columns().indexOf(table.schema().findField(CHECKPOINT));
        try (writer;
                CloseableIterable<StructLike> rows =
                        DataFiles.rowsLeft(file, task.deletes(), table)) {
            for (StructLike row : rows) {
                if (row.get(column, Long.class) <= kept) {
                    writer.write(row);
                }
            }
        }
        return writer.toDataFile();
    }
}
