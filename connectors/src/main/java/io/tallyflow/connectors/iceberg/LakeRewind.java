package io.tallyflow.connectors.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
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
     */
    void back(SnapshotNote note, List<DataFile> files) {
        Position target = Objects.requireNonNull(note.rewoundTo());
        LOG.warn(
                "Rewinding lake table {} from batch {} to {}; epoch {} begins",
                name.tableName(),
                note.previous(),
                target,
                note.epoch());
        long kept = target.commit().checkpoint();
        OverwriteFiles overwrite = table.newOverwrite();
        Snapshot planned = table.currentSnapshot();
        AttemptMark own = AttemptMark.fresh();
        own.writeTo(overwrite);
        Expression later = Expressions.greaterThan(CHECKPOINT, kept);
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().filter(later).includeColumnStats().planFiles()) {
            for (FileScanTask task : tasks) {
                overwrite.deleteFile(task.file());
                if (earliestCheckpoint(task.file()) <= kept) {
                    overwrite.addFile(withoutLater(task, kept));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the files of " + name.tableName(), e);
        }
        files.forEach(overwrite::addFile);
        note.writeTo(overwrite, pipeline);
        // A file that others replace meanwhile would take its later rows into theirs.
        overwrite.validateWith(new StillPlanned(planned.snapshotId(), own));
        overwrite.commit();
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

    private DataFile withoutLater(FileScanTask task, long kept) throws IOException {
        DataFile file = task.file();
        DataWriter<StructLike> writer =
                DataFiles.writer(file, table, DataFiles.newLocation(file, table, "rewound"));
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
