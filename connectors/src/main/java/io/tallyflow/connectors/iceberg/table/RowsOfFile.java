package io.tallyflow.connectors.iceberg.table;

import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.parquet.InternalReader;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;

/** The rows of a file, or of a part of one, that pass a filter. */
public final class RowsOfFile {

    private final Table table;
    private final FileScanTask task;
    private final Schema projection;

    RowsOfFile(Table table, FileScanTask task, Schema projection) {
        this.table = table;
        this.task = task;
        this.projection = projection;
    }

    /** Reads them while they are iterated. */
    public CloseableIterable<StructLike> read() {
        Evaluator passes = new Evaluator(projection.asStruct(), task.residual());
        return CloseableIterable.filter(
                task.deletes().isEmpty() ? rows() : rowsLeft(), passes::eval);
    }

    private CloseableIterable<StructLike> rows() {
        return Parquet.read(table.io().newInputFile(task.file().location()))
                .split(task.start(), task.length())
                .project(projection)
                .filter(task.residual())
                .createReaderFunc(type -> InternalReader.create(projection, type))
                .build();
    }

    /** Where rows are deleted by position, none may be skipped while they are counted. */
    private CloseableIterable<StructLike> rowsLeft() {
        DeletedRows deleted = new DeletedRows(table);
        Schema needed = deleted.withNeeded(projection, task.deletes());
        return deleted.without(
                task.deletes(),
                task.file().location(),
                needed,
                Parquet.read(table.io().newInputFile(task.file().location()))
                        .project(needed)
                        .createReaderFunc(type -> InternalReader.create(needed, type))
                        .build());
    }
}
